package dev.parley.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.EventType;

/** Test classes that leave things behind, run by JUnit itself. */
class FixtureTest {

    private static final List<String> CLOSED = new ArrayList<>();
    private static final CountDownLatch RELEASE = new CountDownLatch(1);

    /** What the one test of the class failed with; empty if it passed. */
    private static String failure(Class<?> test) {
        return EngineTestKit.engine("junit-jupiter").selectors(selectClass(test)).execute().testEvents().stream()
                .filter(event -> event.getType() == EventType.FINISHED)
                .map(event -> event.getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class))
                .flatMap(result -> result.getThrowable().stream())
                .map(failure -> failure.getMessage() + List.of(failure.getSuppressed()))
                .findFirst()
                .orElse("");
    }

    static class Orderly {
        @RegisterExtension
        final Fixture fixture = new Fixture();

        @Test
        void test() throws Exception {
            fixture.open(() -> CLOSED.add("first"));
            fixture.open(() -> CLOSED.add("second"));
            FaultProxy proxy = fixture.proxy(fixture.open(RawPeer.echo()).port());
            try (Socket client = RawPeer.connect(proxy)) {
                client.getOutputStream().write(7);
                assertThat(client.getInputStream().read()).isEqualTo(7);
            }
            assertThat(fixture.timer()).isSameAs(fixture.timer());
            fixture.start(() -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    CLOSED.add("thread");
                }
                return "";
            });
        }
    }

    @Test
    void allIsClosedInReverseOrder() {
        CLOSED.clear();
        assertThat(failure(Orderly.class)).isEmpty();
        assertThat(CLOSED).containsExactly("thread", "second", "first");
        assertThat(FaultProxy.OPEN).isEmpty();
    }

    static class Failing {
        @RegisterExtension
        final Fixture fixture = new Fixture();

        @Test
        void test() throws Exception {
            FaultProxy proxy = fixture.proxy(fixture.open(RawPeer.echo()).port());
            proxy.inject(new Fault.Latency(Duration.ofMillis(5)));
            throw new AssertionError("the test's own failure");
        }
    }

    @Test
    void aFailedTestTellsWhatItsProxiesSaw() {
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, UTF_8));
        try {
            assertThat(failure(Failing.class)).startsWith("the test's own failure");
        } finally {
            System.setErr(before);
        }
        assertThat(printed.toString(UTF_8))
                .contains("test() failed; fault proxy 127.0.0.1:", "injected Latency[delay=PT0.005S");
    }

    static class CannotClose {
        @RegisterExtension
        final Fixture fixture = new Fixture();

        @Test
        void test() {
            fixture.open(() -> CLOSED.add("below"));
            fixture.open(() -> {
                throw new IllegalStateException("first problem");
            });
            fixture.open(() -> {
                throw new IllegalStateException("second problem");
            });
        }
    }

    @Test
    void whatCannotBeClosedFailsTheTestAndTheRestIsClosed() {
        CLOSED.clear();
        assertThat(failure(CannotClose.class)).contains("behind the test", "second problem", "first problem");
        assertThat(CLOSED).containsExactly("below");
    }

    static class ForgetsProxy {
        @RegisterExtension
        final Fixture fixture = new Fixture();

        @Test
        @SuppressWarnings("MustBeClosed") // it is forgotten on purpose
        void test() throws Exception {
            FaultProxy.to(1);
        }
    }

    @Test
    void aForgottenProxyFailsTheTest() {
        assertThat(failure(ForgetsProxy.class)).contains("FaultProxy[127.0.0.1:", "was left open");
        assertThat(FaultProxy.OPEN).isEmpty();
    }

    static class LeavesThread {
        @RegisterExtension
        final Fixture fixture = new Fixture(Duration.ofMillis(100));

        @Test
        void test() {
            Thread.ofPlatform().daemon(false).name("forgotten").start(() -> {
                try {
                    RELEASE.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
    }

    static class HeedsNothing {
        @RegisterExtension
        final Fixture fixture = new Fixture(Duration.ofMillis(100));

        @Test
        void test() {
            fixture.start(() -> {
                while (true) {
                    try {
                        RELEASE.await();
                        return "";
                    } catch (InterruptedException e) {
                        // It heeds no interrupt.
                    }
                }
            });
        }
    }

    @Test
    void threadsThatAreLeftFailTheTest() {
        try {
            assertThat(failure(LeavesThread.class)).contains("thread forgotten, which is no daemon, was left");
            assertThat(failure(HeedsNothing.class)).contains("heeds no interrupt");
        } finally {
            RELEASE.countDown();
        }
    }

    static class EndsItsThread {
        @RegisterExtension
        final Fixture fixture = new Fixture();

        @Test
        void test() {
            CountDownLatch end = new CountDownLatch(1);
            Thread.ofPlatform().daemon(false).start(() -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            fixture.open(end::countDown);
        }
    }

    @Test
    void aThreadThatEndsWithTheResourcesIsFine() {
        assertThat(failure(EndsItsThread.class)).isEmpty();
    }
}
