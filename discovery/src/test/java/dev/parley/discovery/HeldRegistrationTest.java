package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Timer;
import dev.parley.testing.FakeTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How an instance is kept registered. The clock stands still unless a test moves it. */
class HeldRegistrationTest {

    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration THIRD = Duration.ofSeconds(5);
    private static final Duration SOONEST = Duration.ofSeconds(4);

    private final FakeTimer timer = new FakeTimer();
    private final AtomicInteger alarms = new AtomicInteger();
    private final Scripted backend = new Scripted();
    private final List<CountDownLatch> held = new ArrayList<>();
    private final ServiceRegistry registry = ServiceRegistry.of(
            backend,
            RegistryOptions.defaults()
                    .withBackoff(Duration.ofMillis(100), Duration.ofMillis(400))
                    .withTimer(counting()));

    /** Each attempt sets two alarms: its limit, and behind it when to speak next. */
    private Timer counting() {
        return new Timer() {
            @Override
            public long nanoTime() {
                return timer.nanoTime();
            }

            @Override
            public Scheduled schedule(long delayNanos, Runnable task) {
                Scheduled made = timer.schedule(delayNanos, task);
                alarms.incrementAndGet();
                return made;
            }
        };
    }

    private void awaitAttempts(int count) throws InterruptedException {
        Scripted.await(count + " attempts to be over, but " + backend.said, () -> alarms.get() >= 2 * count);
    }

    @AfterEach
    void close() {
        held.forEach(CountDownLatch::countDown);
        registry.close();
    }

    private Registration register() {
        return registry.register(
                Scripted.instance("a"), RegistrationOptions.defaults().withTtl(TTL));
    }

    private static void await(Registration registration, Registration.State state) throws InterruptedException {
        Scripted.await(
                state + ", but " + registration.state() + ' ' + registration.problem(),
                () -> registration.state() == state);
    }

    private Registration registered() throws InterruptedException {
        Registration registration = register();
        await(registration, Registration.State.REGISTERED);
        awaitAttempts(1);
        return registration;
    }

    private void awaitSaid(String what, int times) throws InterruptedException {
        Scripted.await(
                times + " times " + what + ", but " + backend.said,
                () -> backend.said.stream().filter(what::equals).count() >= times);
    }

    @Test
    void itIsRenewedThreeTimesInItsLife() throws Exception {
        List<Long> times = new java.util.concurrent.CopyOnWriteArrayList<>();
        backend.onRenew = () -> times.add(timer.nanoTime());
        registered();
        for (int n = 1; n <= 10; n++) {
            timer.advance(THIRD);
            awaitSaid("renew a ready", n);
            awaitAttempts(1 + n);
        }
        for (int n = 1; n < 10; n++) {
            assertThat(times.get(n) - times.get(n - 1)).as("not early").isGreaterThanOrEqualTo(SOONEST.toNanos());
        }
        assertThat(backend.said.stream().filter("register a ready"::equals)).hasSize(1);
    }

    @Test
    void aLeaseThatIsLostIsTakenAgainAtOnce() throws Exception {
        Registration registration = registered();
        AtomicInteger asked = new AtomicInteger();
        backend.onRenew = () -> asked.incrementAndGet() != 1;
        timer.advanceToNext();
        backend.awaitSaid("register a ready", "renew a ready", "register a ready");
        await(registration, Registration.State.REGISTERED);
        assertThat(registration.problem()).isEmpty();
    }

    @Test
    void aClockThatJumpedIsNoticedByTheFirstSignOfLife() throws Exception {
        registered();
        // What a process finds that was suspended for a day: its lease is long gone.
        AtomicInteger asked = new AtomicInteger();
        backend.onRenew = () -> asked.incrementAndGet() != 1;
        timer.jump(Duration.ofDays(1));
        awaitSaid("register a ready", 2);
        assertThat(backend.said).startsWith("register a ready", "renew a ready", "register a ready");
    }

    @Test
    void aRegistryThatIsDownIsTriedAgain() throws Exception {
        backend.onRegister = () -> {
            throw new IOException("connection refused");
        };
        Registration registration = register();
        awaitSaid("register a ready", 1);
        Scripted.await("a problem", () -> registration.problem().isPresent());
        assertThat(registration.problem()).contains("the registry scripted://here does not take a: connection refused");
        for (int n = 2; n <= 6; n++) {
            awaitAttempts(n - 1);
            timer.advance(Duration.ofMillis(400));
            awaitSaid("register a ready", n);
            assertThat(registration.state()).isEqualTo(Registration.State.PENDING);
        }
        backend.onRegister = () -> {};
        awaitAttempts(6);
        timer.advance(Duration.ofMillis(400));
        await(registration, Registration.State.REGISTERED);
        assertThat(registration.problem()).isEmpty();
    }

    @Test
    void aRenewalThatFailsIsTriedAgainWithItsLease() throws Exception {
        Registration registration = registered();
        backend.onRenew = () -> {
            throw new IOException("connection reset");
        };
        timer.advanceToNext();
        await(registration, Registration.State.PENDING);
        awaitAttempts(2);
        backend.onRenew = () -> true;
        timer.advance(Duration.ofMillis(100));
        await(registration, Registration.State.REGISTERED);
        assertThat(backend.said.stream().filter("register a ready"::equals)).hasSize(1);
        awaitSaid("renew a ready", 2);
    }

    @Test
    void aRenewalThatHangsIsInterruptedAndTriedAgain() throws Exception {
        Registration registration = registered();
        CountDownLatch interrupted = new CountDownLatch(1);
        backend.onRenew = () -> {
            try {
                new CountDownLatch(1).await();
                return true;
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        };
        timer.advanceToNext();
        awaitSaid("renew a ready", 1);
        timer.awaitWaiting(1);
        // No further than its limit: the next attempt would become due as well, and hang too.
        timer.advanceToNext();
        interrupted.await();
        await(registration, Registration.State.PENDING);
        assertThat(registration.problem().orElse("")).contains("renewal of a has not been answered within 5 s");
        backend.onRenew = () -> true;
        awaitAttempts(2);
        timer.advance(Duration.ofMillis(400));
        await(registration, Registration.State.REGISTERED);
    }

    @Test
    void whetherItWantsCallsIsToldAtOnce() throws Exception {
        Registration registration = registered();
        registration.ready(true);
        registration.ready(false);
        awaitSaid("renew a unready", 1);
        registration.ready(true);
        awaitSaid("renew a ready", 1);
        assertThat(backend.said.getFirst()).isEqualTo("register a ready");

        Registration late = registry.register(
                Scripted.instance("b"), RegistrationOptions.defaults().withReady(false));
        await(late, Registration.State.REGISTERED);
        awaitSaid("register b unready", 1);
        late.ready(true);
        awaitSaid("renew b ready", 1);
    }

    @Test
    void whatIsRegisteredAgainIsSoAsItStandsNow() throws Exception {
        Registration registration = registered();
        backend.onRenew = () -> false;
        registration.ready(false);
        awaitSaid("register a unready", 1);
    }

    @Test
    void closingReleasesAlsoBehindARenewalUnderWay() throws Exception {
        Registration registration = registered();
        CountDownLatch go = new CountDownLatch(1);
        held.add(go);
        backend.onRenew = () -> {
            go.await();
            return true;
        };
        timer.advanceToNext();
        awaitSaid("renew a ready", 1);
        Thread closing = Thread.ofVirtual().start(registration::close);
        Scripted.await("closing has begun", () -> {
            try {
                register().close();
                return true;
            } catch (IllegalStateException e) {
                return false; // still under its name
            }
        });
        go.countDown();
        closing.join();
        assertThat(registration.state()).isEqualTo(Registration.State.CLOSED);
        assertThat(backend.said.stream().filter(each -> !each.startsWith("register")))
                .startsWith("renew a ready")
                .contains("release a");
    }

    @Test
    void closingCutsShortWhatHangsAndReleasesAllTheSame() throws Exception {
        Registration registration = registered();
        backend.onRenew = () -> {
            new CountDownLatch(1).await();
            return true;
        };
        timer.advanceToNext();
        awaitSaid("renew a ready", 1);
        registration.close();
        assertThat(backend.said).endsWith("release a");
    }

    @Test
    void anAdapterThatHangsForEverDoesNotHoldClosingUp() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        held.add(stuck);
        backend.onRelease = () -> Scripted.ignoreInterrupts(stuck);
        List<Registration> all = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            all.add(registry.register(Scripted.instance("n" + n), RegistrationOptions.defaults()));
        }
        for (Registration each : all) {
            await(each, Registration.State.REGISTERED);
        }
        long before = System.nanoTime();
        registry.close();
        // Each alone takes 5 s: they are not closed one behind the other.
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(60));
        assertThat(all).allSatisfy(each -> assertThat(each.state()).isEqualTo(Registration.State.CLOSED));
    }

    @Test
    void whatIsRefusedIsNotTriedAgain() throws Exception {
        backend.onRegister = () -> {
            throw new IllegalArgumentException("metadata must be shorter");
        };
        Registration registration = register();
        await(registration, Registration.State.CLOSED);
        assertThat(registration.problem()).contains("the registry scripted://here refuses a: metadata must be shorter");
        assertThat(registration.awaitRegistered(Duration.ofSeconds(1))).isFalse();
        assertThat(timer.waiting()).isZero();
        backend.awaitSaid("register a ready");
        backend.onRegister = () -> {};
        Scripted.await("its name is free", () -> {
            try {
                return registry.register(Scripted.instance("a")).awaitRegistered(Duration.ofSeconds(1));
            } catch (IllegalStateException e) {
                return false;
            }
        });
    }

    @Test
    void aRegistrationThatComesLateTakesNothingBack() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        held.add(go);
        AtomicInteger registrations = new AtomicInteger();
        backend.onRegister = () -> {
            if (registrations.incrementAndGet() == 1) {
                Scripted.ignoreInterrupts(go);
            }
        };
        Registration registration = register();
        awaitSaid("register a ready", 1);
        timer.awaitWaiting(1);
        timer.advanceToNext();
        Scripted.await("it hangs", () -> registration.problem().isPresent());
        awaitAttempts(1);
        timer.advance(Duration.ofMillis(400));
        await(registration, Registration.State.REGISTERED);
        go.countDown();
        Scripted.await(
                "the late one ends",
                () -> Threads.named("parley-register-call-a").isEmpty());
        assertThat(backend.said).doesNotContain("release a");
        registration.close();
        assertThat(backend.said).endsWith("release a");
    }

    @Test
    void aRegistrationThatComesWhenItIsClosedIsTakenBack() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        held.add(go);
        backend.onRegister = () -> Scripted.ignoreInterrupts(go);
        Registration registration = register();
        awaitSaid("register a ready", 1);
        registration.close();
        assertThat(backend.said).doesNotContain("release a");
        go.countDown();
        awaitSaid("release a", 1);
    }

    @Test
    void whoWaitsForItWaitsByTheClock() throws Exception {
        backend.onRegister = () -> {
            throw new IOException("down");
        };
        Registration registration = register();
        Scripted.await("a failure", () -> registration.problem().isPresent());
        List<Boolean> result = new java.util.concurrent.CopyOnWriteArrayList<>();
        Thread waiting = Thread.ofVirtual().start(() -> result.add(registration.awaitRegistered(Duration.ofHours(2))));
        timer.awaitWaiting(2);
        Scripted.await("its limit", () -> {
            timer.advance(Duration.ofMinutes(10));
            return !result.isEmpty();
        });
        waiting.join();
        assertThat(result).containsExactly(false);
    }

    @Test
    void oneOfAnIdIsRegisteredThroughOneObject() throws Exception {
        registered();
        assertThatThrownBy(this::register)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("instance a of s");
        backend.capabilities = java.util.EnumSet.of(RegistryCapability.WATCH);
        assertThatThrownBy(() -> registry.register(Scripted.instance("b")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("scripted://here")
                .hasMessageContaining("REGISTER");
    }
}
