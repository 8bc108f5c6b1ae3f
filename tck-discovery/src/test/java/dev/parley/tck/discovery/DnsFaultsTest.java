package dev.parley.tck.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.discovery.DnsProvider;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.ServiceSnapshot;
import dev.parley.discovery.Watch;
import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** DNS that changes, fails and comes back. */
class DnsFaultsTest {

    private static final RegistryOptions OPTIONS = RegistryOptions.defaults()
            .withAnswerTimeout(Duration.ofSeconds(4))
            .withBackoff(Duration.ofMillis(50), Duration.ofMillis(500))
            .withKeepEmpty(Duration.ZERO);

    private final LinkedBlockingQueue<ServiceSnapshot> told = new LinkedBlockingQueue<>();
    private NameServer server;

    @BeforeEach
    void start() throws Exception {
        server = NameServer.start();
        server.set("shop.test", "inventory 1 A 127.0.0.2");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private ServiceRegistry registry(int port) {
        return ServiceRegistry.connect("dns://127.0.0.1:" + port + '/', OPTIONS);
    }

    private static Predicate<ServiceSnapshot> fresh(String... hosts) {
        return found -> found.isFresh()
                && found.instances().stream()
                        .map(ServiceInstance::host)
                        .toList()
                        .equals(List.of(hosts));
    }

    private ServiceSnapshot awaitTold(Predicate<ServiceSnapshot> wanted) throws InterruptedException {
        ServiceSnapshot last = null;
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < until) {
            ServiceSnapshot next = told.poll(1, TimeUnit.SECONDS);
            if (next != null) {
                last = next;
                if (wanted.test(next)) {
                    return next;
                }
            }
        }
        throw new AssertionError("not told what was waited for, at last " + last);
    }

    @Test
    void changesAreSeenWhenTheAnswerHasRunOut() throws Exception {
        try (ServiceRegistry registry = registry(server.port());
                Watch watch = registry.watch("inventory.shop.test:80", told::add)) {
            awaitTold(fresh("127.0.0.2"));
            server.set("shop.test", "inventory 1 A 127.0.0.2", "inventory 1 A 127.0.0.3");
            awaitTold(fresh("127.0.0.2", "127.0.0.3"));
            server.set("shop.test", "inventory 1 A 127.0.0.3");
            awaitTold(fresh("127.0.0.3"));
            server.remove("shop.test", "inventory");
            awaitTold(fresh());
            server.set("shop.test", "inventory 1 A 127.0.0.4");
            awaitTold(fresh("127.0.0.4"));
            assertThat(watch.latest()).isPresent();
        }
    }

    @Test
    void theSameAnswerIsNotToldTwice() throws Exception {
        server.set("shop.test", "round 1 A 127.0.0.2", "round 1 A 127.0.0.3", "round 1 A 127.0.0.4");
        try (ServiceRegistry registry = registry(server.port());
                Watch watch = registry.watch("round.shop.test:80", told::add);
                Watch other = registry.watch("marker.shop.test:80", marked -> {})) {
            awaitTold(fresh("127.0.0.2", "127.0.0.3", "127.0.0.4"));
            // the server has been asked again when a change that came later is seen
            server.set("shop.test", "round 1 A 127.0.0.2", "round 1 A 127.0.0.3");
            assertThat(told.poll(60, TimeUnit.SECONDS)).isNotNull().matches(fresh("127.0.0.2", "127.0.0.3"));
            assertThat(watch.latest()).isPresent();
            assertThat(other).isNotNull();
        }
    }

    @Test
    void aServerThatIsKilledLeavesTheLastAnswerAndComesBack() throws Exception {
        try (ServiceRegistry registry = registry(server.port());
                Watch watch = registry.watch("inventory.shop.test:80", told::add)) {
            awaitTold(fresh("127.0.0.2"));
            server.process().kill();
            ServiceSnapshot stale = awaitTold(found -> !found.isFresh());
            assertThat(stale.instances()).extracting(ServiceInstance::host).containsExactly("127.0.0.2");
            server.process().restart();
            awaitTold(fresh("127.0.0.2"));
            assertThat(watch.latest()).isPresent();
        }
    }

    @Test
    void aServerThatIsNotThereAtTheStart() throws Exception {
        server.process().kill();
        try (ServiceRegistry registry = registry(server.port());
                Watch watch = registry.watch("inventory.shop.test:80", told::add)) {
            ServiceSnapshot none = awaitTold(found -> !found.isFresh());
            assertThat(none.instances()).isEmpty();
            assertThat(none.stale().orElseThrow()).contains("inventory.shop.test");
            assertThatThrownBy(() -> registry.discover("other.shop.test:80"))
                    .isInstanceOf(CallException.class)
                    .hasMessageContaining("other.shop.test");
            server.process().restart();
            awaitTold(fresh("127.0.0.2"));
            assertThat(watch.latest()).isPresent();
        }
    }

    @Test
    void aServerThatHangsIsAFailureInTime() throws Exception {
        try (ServiceRegistry registry = registry(server.port());
                Watch watch = registry.watch("inventory.shop.test:80", told::add)) {
            awaitTold(fresh("127.0.0.2"));
            server.process().pause();
            ServiceSnapshot stale = awaitTold(found -> !found.isFresh());
            assertThat(stale.instances()).extracting(ServiceInstance::host).containsExactly("127.0.0.2");
            server.process().resume();
            awaitTold(fresh("127.0.0.2"));
            assertThat(watch.latest()).isPresent();
        }
    }

    @Test
    void lostDatagramsAreSentAgain() throws Exception {
        try (LossyRelay relay = new LossyRelay(server.port());
                RegistryBackend backend = new DnsProvider()
                        .open(
                                RegistryUri.parse("dns://127.0.0.1:" + relay.port() + '/'),
                                OPTIONS.withAnswerTimeout(Duration.ofSeconds(40)))) {
            relay.lose(2);

            RegistryBackend.Answer answer = backend.query("inventory.shop.test:80", "", Duration.ZERO);

            assertThat(answer.instances()).extracting(ServiceInstance::host).containsExactly("127.0.0.2");
            assertThat(relay.lost()).isEqualTo(2);
        }
    }

    @Test
    void closingEndsWhatWaits() throws Exception {
        server.process().pause();
        RegistryBackend backend = new DnsProvider()
                .open(
                        RegistryUri.parse("dns://127.0.0.1:" + server.port() + '/'),
                        OPTIONS.withAnswerTimeout(Duration.ofMinutes(10)));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread asking = Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    backend.query("inventory.shop.test:80", "", Duration.ZERO);
                } catch (Throwable e) {
                    ended.complete(e);
                    return;
                }
            }
        });
        while (asking.getState() != Thread.State.TIMED_WAITING && !ended.isDone()) {
            Thread.onSpinWait();
        }
        backend.close();
        assertThat(ended.get(60, TimeUnit.SECONDS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        server.process().pause();
        try (RegistryBackend backend = new DnsProvider()
                .open(
                        RegistryUri.parse("dns://127.0.0.1:" + server.port() + '/'),
                        OPTIONS.withAnswerTimeout(Duration.ofMinutes(10)))) {
            CompletableFuture<Throwable> ended = new CompletableFuture<>();
            Thread asking = Thread.ofVirtual().start(() -> {
                try {
                    backend.query("inventory.shop.test:80", "", Duration.ZERO);
                    ended.complete(new AssertionError("answered"));
                } catch (Throwable e) {
                    ended.complete(e);
                }
            });
            asking.interrupt();
            assertThat(ended.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        }
    }
}
