package dev.parley.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.testing.servers.PostgresServer;
import java.io.BufferedReader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CrashTest {
    private static final String ACKNOWLEDGED = "acknowledged ";

    /** Runs a child until it has acknowledged so many, kills it with SIGKILL, and gives back all it had told. */
    private static List<String> killedAfter(String uri, int count) throws Exception {
        Process child = Child.start(uri, 0);
        List<String> acknowledged = new ArrayList<>();
        try (BufferedReader output = Child.output(child)) {
            String line;
            while ((line = output.readLine()) != null) {
                if (!line.startsWith(ACKNOWLEDGED)) {
                    throw new AssertionError(line);
                }
                acknowledged.add(line.substring(ACKNOWLEDGED.length()));
                if (acknowledged.size() == count) {
                    child.toHandle()
                            .destroyForcibly(); // not by Process, which would close the pipe: all that it told counts
                }
            }
        }
        child.waitFor();
        return acknowledged;
    }

    @ParameterizedTest
    @EnumSource
    void whatAKilledProcessHadAcknowledgedIsThere(Engine engine) throws Exception {
        String uri = Stores.newUri(engine);
        List<String> acknowledged = killedAfter(uri, 500);
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(500);
        try (Store store = Store.open(uri)) {
            store.migrate(Stores.ITEMS);
            assertThat(Stores.names(store)).containsAll(acknowledged).doesNotHaveDuplicates();
        }
    }

    @Test
    void aTornLogLosesOnlyWhatIsBehindTheTear() throws Exception {
        String uri = Stores.newUri(Engine.SQLITE);
        List<String> acknowledged = killedAfter(uri, 300);
        Path folder = Stores.folder(uri);
        Path log = folder.resolve("store.db-wal");
        long size = Files.size(log);
        assertThat(size).isGreaterThan(100_000);
        Set<String> whole = new HashSet<>(acknowledged);
        int most = Integer.MAX_VALUE;
        for (long cut : new long[] {size - 1, size - 2000, size / 2 + 13, 4000}) {
            Path copy = Files.createTempDirectory("parley-torn-");
            Files.copy(folder.resolve("store.db"), copy.resolve("store.db"));
            Files.copy(log, copy.resolve("store.db-wal"));
            try (FileChannel channel = FileChannel.open(copy.resolve("store.db-wal"), StandardOpenOption.WRITE)) {
                channel.truncate(cut);
            }
            try (Store store = Store.open("sqlite:" + copy)) {
                store.migrate(Stores.ITEMS);
                List<String> there = Stores.names(store);
                // A prefix of the commits: of each caller, its first ones without a gap.
                for (int caller = 0; caller < 8; caller++) {
                    String prefix = caller + "-";
                    List<String> own = there.stream()
                            .filter(name -> name.startsWith(prefix))
                            .toList();
                    for (int i = 0; i < own.size(); i++) {
                        assertThat(own.get(i)).startsWith(prefix + i + "-");
                    }
                }
                if (cut >= size - 1) {
                    // Only the last commit can be torn, and it holds at most one of each caller.
                    assertThat(whole.stream()
                                    .filter(name -> !there.contains(name))
                                    .count())
                            .isLessThanOrEqualTo(8);
                }
                assertThat(there.size()).isLessThanOrEqualTo(most);
                most = there.size();
                store.run(tx -> Stores.insert(tx, "after the tear"));
                assertThat(Stores.names(store)).hasSize(there.size() + 1);
            }
        }
    }

    @Test
    void aFullStoreStopsAndSaysSo() throws Exception {
        String uri = Stores.newUri(Engine.SQLITE);
        Set<String> acknowledged = new HashSet<>();
        try (Store store = Store.open(uri + "?maxBytes=262144")) {
            store.migrate(Stores.ITEMS);
            CallException full = null;
            for (int i = 0; full == null; i++) {
                String name = i + "-" + "x".repeat(1000);
                full = Stores.failure(() -> store.run(tx -> Stores.insert(tx, name)));
                if (full == null) {
                    acknowledged.add(name);
                }
            }
            assertThat(full.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
            assertThat(full.message()).contains("has stopped", "disk is full", "maxBytes");
            CallException later =
                    Stores.failure(() -> store.run(tx -> tx.prepare("select 1").execute()));
            assertThat(later.message()).contains("has stopped", "disk is full");
            assertThat(Stores.failure(() -> Stores.names(store)).message()).contains("has stopped");
        }
        try (Store store = Store.open(uri)) {
            assertThat(Stores.names(store)).containsExactlyInAnyOrderElementsOf(acknowledged);
        }
    }

    /** What a child says until it ends. */
    private static void readToItsEnd(Process child, List<String> acknowledged, List<String> others) throws Exception {
        try (BufferedReader output = Child.output(child)) {
            String line;
            while ((line = output.readLine()) != null) {
                if (line.startsWith(ACKNOWLEDGED)) {
                    acknowledged.add(line.substring(ACKNOWLEDGED.length()));
                } else {
                    others.add(line);
                }
            }
        }
        child.waitFor();
    }

    @Test
    void aWriteThatTheSystemRefusesStopsTheStore() throws Exception {
        String uri = Stores.newUri(Engine.SQLITE);
        Process child = Child.start(uri, 3000);
        List<String> acknowledged = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        readToItsEnd(child, acknowledged, failed);
        assertThat(acknowledged).isNotEmpty();
        assertThat(failed).hasSize(8).allMatch(line -> line.contains("has stopped"));
        try (Store store = Store.open(uri)) {
            assertThat(Stores.names(store)).containsAll(acknowledged);
        }
    }

    @Test
    void aSyncThatFailsStopsTheStore() throws Exception {
        String uri = Stores.newUri(Engine.SQLITE);
        List<String> acknowledged = new ArrayList<>();
        List<String> told = new ArrayList<>();
        Process child = Child.start(UnsyncedChild.class, uri, "200");
        readToItsEnd(child, acknowledged, told);
        assertThat(acknowledged).hasSize(200);
        assertThat(told).hasSize(5);
        assertThat(told.get(0)).matches("replaced [1-9][0-9]*");
        assertThat(told.get(1)).startsWith("first failed").contains("has stopped", "SQLITE_IOERR_FSYNC");
        for (String later : told.subList(2, 5)) {
            assertThat(later).contains(" failed ", "has stopped");
        }
        try (Store store = Store.open(uri)) {
            assertThat(Stores.names(store)).containsExactlyElementsOf(acknowledged);
            store.run(tx -> Stores.insert(tx, "opened anew"));
        }
    }

    @Test
    void aRestartedServerIsFoundAgain() throws Exception {
        try (PostgresServer server = PostgresServer.start();
                Store store = Store.open(server.uri());
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            store.migrate(Stores.ITEMS);
            Set<String> acknowledged = ConcurrentHashMap.newKeySet();
            Set<Code> codes = ConcurrentHashMap.newKeySet();
            AtomicBoolean stop = new AtomicBoolean();
            List<Future<?>> all = new ArrayList<>();
            for (int caller = 0; caller < 8; caller++) {
                String prefix = caller + "-";
                all.add(callers.submit(() -> {
                    for (int i = 0; !stop.get(); i++) {
                        String name = prefix + i;
                        try {
                            store.run(tx -> Stores.insert(tx, name));
                            acknowledged.add(name);
                        } catch (CallException e) {
                            codes.add(e.code());
                        }
                    }
                }));
            }
            Stores.await("some are there", () -> acknowledged.size() > 200);
            server.kill();
            server.restart();
            int then = acknowledged.size();
            Stores.await("it goes on", () -> acknowledged.size() > then + 200);
            stop.set(true);
            for (Future<?> one : all) {
                one.get();
            }
            assertThat(codes).isSubsetOf(Code.UNAVAILABLE, Code.UNKNOWN);
            assertThat(Stores.names(store)).containsAll(acknowledged).doesNotHaveDuplicates();
        }
    }
}
