package dev.parley.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What one test needs set up, and torn down behind it: a JUnit extension that closes what was opened through it in
 * reverse order, that gives fault proxies, a clock and threads, and that looks for what was left behind.
 *
 * <pre>{@code
 * @RegisterExtension
 * final Fixture fixture = new Fixture();
 *
 * @Test
 * void aLateAnswer() throws Exception {
 *     RpcServer server = fixture.open(RpcServer.builder()...start());
 *     FaultProxy network = fixture.proxy(server.port());
 *     Channel channel = fixture.open(Channel.to("http://" + network.authority()));
 *     network.inject(new Fault.Latency(Duration.ofSeconds(1)));
 *     ...
 * }
 * }</pre>
 *
 * <p>When the test has failed, the reports of its proxies and the output of its {@link ServerProcess}es go to standard error. A test that passed fails nevertheless when
 * something cannot be closed, when a thread of {@link #start} heeds no interrupt for 5 s, when a {@link FaultProxy}
 * that the test opened itself on its own thread is open still, or when a platform thread that is no daemon was started and has not ended
 * 5 s later. The last is not looked at when tests run concurrently, since nobody knows whose thread it is.
 *
 * <p>For a field that is not static. Thread-safe while the test runs.
 */
public final class Fixture implements BeforeEachCallback, AfterEachCallback {
    private final Duration grace;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>(); // guarded by this, the last one first
    private final List<FaultProxy> proxies = new ArrayList<>(); // guarded by this
    private @Nullable FakeTimer timer; // guarded by this
    private Set<Thread> threadsBefore = Set.of();
    private Set<FaultProxy> proxiesBefore = Set.of();

    /** A fixture for one test class. */
    public Fixture() {
        this(Duration.ofSeconds(5));
    }

    Fixture(Duration grace) {
        this.grace = grace;
    }

    /** Returns the resource, which is closed behind the test, before those that were opened earlier. */
    public synchronized <T extends AutoCloseable> T open(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Opens a proxy in front of a port of 127.0.0.1. */
    public FaultProxy proxy(int port) throws IOException {
        return proxy("127.0.0.1", port);
    }

    /** Opens a proxy in front of a host. */
    public synchronized FaultProxy proxy(String host, int port) throws IOException {
        FaultProxy proxy = open(FaultProxy.to(host, port));
        proxies.add(proxy);
        return proxy;
    }

    /** The clock of this test: the same one each time. */
    public synchronized FakeTimer timer() {
        if (timer == null) {
            timer = new FakeTimer();
        }
        return timer;
    }

    /** Runs work on a virtual thread, which is interrupted behind the test if it has not ended. */
    public <T> Future<T> start(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofVirtual().name("parley-test").unstarted(task);
        open(() -> end(thread));
        thread.start();
        return task;
    }

    private void end(Thread thread) throws InterruptedException {
        thread.interrupt();
        if (!thread.join(grace)) {
            throw new AssertionError(
                    "the test's thread heeds no interrupt; it is at " + List.of(thread.getStackTrace()));
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        proxiesBefore = Set.copyOf(FaultProxy.OPEN.keySet());
        threadsBefore = lasting();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (context.getExecutionException().isPresent()) {
            report(context.getDisplayName());
        }
        List<Throwable> wrong = new ArrayList<>();
        closeAll(wrong);
        closeForgotten(wrong);
        if (context.getExecutionMode() != ExecutionMode.CONCURRENT) {
            findThreads(wrong);
        }
        if (!wrong.isEmpty()) {
            AssertionError error = new AssertionError("behind the test: " + wrong.getFirst(), wrong.getFirst());
            wrong.stream().skip(1).forEach(error::addSuppressed);
            throw error;
        }
    }

    private synchronized void report(String test) {
        for (FaultProxy proxy : proxies) {
            System.err.print(test + " failed; " + proxy.report());
        }
        for (AutoCloseable each : opened) {
            if (each instanceof ServerProcess server) {
                System.err.println(test + " failed; " + server + " wrote:\n" + server.output());
            }
        }
    }

    private void closeAll(List<Throwable> wrong) {
        AutoCloseable next;
        while ((next = last()) != null) {
            try {
                next.close();
            } catch (Exception | AssertionError e) {
                wrong.add(e);
            }
        }
        synchronized (this) {
            proxies.clear();
            timer = null;
        }
    }

    private synchronized @Nullable AutoCloseable last() {
        return opened.poll();
    }

    private void closeForgotten(List<Throwable> wrong) throws IOException {
        for (var open : FaultProxy.OPEN.entrySet()) {
            if (open.getValue().equals(Thread.currentThread()) && !proxiesBefore.contains(open.getKey())) {
                open.getKey().close();
                wrong.add(new AssertionError(open.getKey() + " was left open"));
            }
        }
    }

    private void findThreads(List<Throwable> wrong) throws InterruptedException {
        long until = System.nanoTime() + grace.toNanos();
        for (Thread thread : lasting()) {
            if (!threadsBefore.contains(thread)) {
                thread.join(Math.max(1, (until - System.nanoTime()) / 1_000_000));
                if (thread.isAlive()) {
                    wrong.add(new AssertionError("thread " + thread.getName() + ", which is no daemon, was left at "
                            + List.of(thread.getStackTrace())));
                }
            }
        }
    }

    /** The platform threads that keep a process alive, but for those of JUnit. */
    private static Set<Thread> lasting() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        // Threads may start between counting and listing.
        Thread[] all = new Thread[root.activeCount() * 2 + 16];
        int count = root.enumerate(all);
        Set<Thread> lasting = new HashSet<>();
        for (int i = 0; i < count; i++) {
            if (!all[i].isDaemon() && !all[i].getName().startsWith("junit-")) {
                lasting.add(all[i]);
            }
        }
        return lasting;
    }
}
