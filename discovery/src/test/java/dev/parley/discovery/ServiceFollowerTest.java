package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.spi.RegistryBackend.Answer;
import dev.parley.testing.FakeTimer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of answers, and of questions that have none. The clock stands still unless a test moves it. */
class ServiceFollowerTest {

    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration MOST = Duration.ofMillis(1600);
    private static final Duration HANG = Duration.ofSeconds(40);

    private final FakeTimer timer = new FakeTimer();
    private final Scripted backend = new Scripted();
    private final List<ServiceSnapshot> told = new CopyOnWriteArrayList<>();
    private final List<CountDownLatch> held = new ArrayList<>();
    private final ServiceRegistry registry = ServiceRegistry.of(backend, options());

    private RegistryOptions options() {
        return RegistryOptions.defaults().withBackoff(LEAST, MOST).withTimer(timer);
    }

    @AfterEach
    void close() {
        held.forEach(CountDownLatch::countDown);
        registry.close();
    }

    private void awaitTold(String what, Predicate<ServiceSnapshot> wanted) throws InterruptedException {
        Scripted.await(what + ", but " + told, () -> !told.isEmpty() && wanted.test(told.getLast()));
    }

    private static Predicate<ServiceSnapshot> fresh(String... ids) {
        return found -> found.isFresh() && ids(found).equals(List.of(ids));
    }

    private static Predicate<ServiceSnapshot> stale(String why, String... ids) {
        return found -> found.stale().orElse("").contains(why) && ids(found).equals(List.of(ids));
    }

    private static List<String> ids(ServiceSnapshot found) {
        return found.instances().stream().map(ServiceInstance::id).toList();
    }

    /** Lets the wait after a failure pass, but never the time that the next question has for its answer. */
    private void retry() throws InterruptedException {
        int before = backend.asked.size();
        Scripted.await("the next question", () -> {
            timer.untilNext().filter(next -> next.compareTo(MOST) <= 0).ifPresent(timer::advance);
            return backend.asked.size() > before;
        });
    }

    @Test
    void anAnswerIsToldAndTheNextAskedBehindItsRevision() throws Exception {
        Watch watch = registry.watch("s", told::add);
        assertThat(watch.latest()).isEmpty();
        backend.replies.add(Scripted.answers("7", "a"));
        awaitTold("a", fresh("a"));
        backend.replies.add(Scripted.answers("9", "a", "b"));
        awaitTold("a and b", fresh("a", "b"));
        assertThat(watch.latest()).contains(told.getLast());
        backend.awaitAsked(3);
        assertThat(backend.asked)
                .containsExactly(
                        new Scripted.Asked("s", "", Duration.ofSeconds(30)),
                        new Scripted.Asked("s", "7", Duration.ofSeconds(30)),
                        new Scripted.Asked("s", "9", Duration.ofSeconds(30)));
    }

    @Test
    void whatIsTheSameIsToldOnceInWhateverOrder() throws Exception {
        registry.watch("s", told::add);
        backend.replies.add(Scripted.answers("1", "a", "b"));
        backend.replies.add(Scripted.answers("2", "b", "a"));
        backend.replies.add(Scripted.answers("3", "a", "b"));
        backend.replies.add(Scripted.answers("4", "c"));
        awaitTold("c", fresh("c"));
        backend.awaitAsked(5);
        assertThat(told.stream().map(ServiceFollowerTest::ids).distinct().count())
                .as("states told of: %s", told)
                .isEqualTo(told.size());
        assertThat(told).noneSatisfy(each -> assertThat(ids(each)).isEqualTo(List.of("b", "a")));
    }

    @Test
    void aFailureLeavesTheLastGoodAnswerAndSaysWhy() throws Exception {
        registry.watch("s", told::add);
        backend.replies.add(Scripted.answers("7", "a"));
        awaitTold("a", fresh("a"));
        backend.replies.add(Scripted.fails(new IOException("connection refused")));
        awaitTold("it is down", stale("connection refused", "a"));
        assertThat(told.getLast().stale().orElse(""))
                .isEqualTo("the registry scripted://here gives no usable answer for s: connection refused");
        retry();
        assertThat(backend.asked.getLast().since()).as("read anew").isEmpty();
        backend.replies.add(Scripted.fails(new IllegalArgumentException("port must be ...")));
        awaitTold("it is malformed", stale("port must be", "a"));
        retry();
        backend.replies.add(Scripted.answers("1", "a"));
        awaitTold("it is back", fresh("a"));
    }

    @Test
    void theWaitsAfterFailuresGrowToALimit() throws Exception {
        registry.watch("s", told::add);
        Duration whole = LEAST;
        for (int failure = 1; failure <= 7; failure++) {
            backend.awaitAsked(failure);
            backend.replies.add(Scripted.fails(new IOException("failure " + failure)));
            awaitTold("failure " + failure, stale("failure " + failure));
            timer.awaitWaiting(1);
            // Half of it always passes; what is by chance is in the other.
            timer.advance(whole.dividedBy(2).minusMillis(1));
            assertThat(backend.asked).hasSize(failure);
            assertThat(timer.waiting()).isEqualTo(1);
            timer.advance(whole.dividedBy(2).plusMillis(1));
            whole = whole.multipliedBy(2).compareTo(MOST) > 0 ? MOST : whole.multipliedBy(2);
        }
        backend.awaitAsked(8);
        backend.replies.add(Scripted.answers("1", "a"));
        awaitTold("a", fresh("a"));
        backend.awaitAsked(9);
        backend.replies.add(Scripted.fails(new IOException("after success")));
        awaitTold("a failure", stale("after success", "a"));
        timer.awaitWaiting(1);
        timer.advance(LEAST);
        backend.awaitAsked(10);
    }

    @Test
    void aQuestionThatHangsIsInterruptedAndAskedAnew() throws Exception {
        registry.watch("s", told::add);
        backend.replies.add(Scripted.answers("7", "a"));
        awaitTold("a", fresh("a"));
        CountDownLatch interrupted = new CountDownLatch(1);
        backend.replies.add(asked -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
            throw new IllegalStateException("nothing is answered");
        });
        Scripted.await("it is taken", backend.replies::isEmpty);
        timer.awaitWaiting(1);
        timer.advance(HANG.minusMillis(1));
        assertThat(told).hasSize(1);
        timer.advance(Duration.ofMillis(1));
        awaitTold("it hangs", stale("has not been answered within 40 s", "a"));
        interrupted.await();
        retry();
        backend.replies.add(Scripted.answers("8", "a", "b"));
        awaitTold("b too", fresh("a", "b"));
    }

    @Test
    void questionsThatIgnoreTheirInterruptAreThreeAtMostAndHoldNoCloseUp() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        held.add(stuck);
        AtomicInteger ended = new AtomicInteger();
        AtomicInteger taken = new AtomicInteger();
        registry.watch("s", told::add);
        for (int n = 1; n <= 3; n++) {
            int wanted = n;
            backend.replies.add(asked -> {
                taken.incrementAndGet();
                Scripted.ignoreInterrupts(stuck);
                ended.incrementAndGet();
                return new Answer(List.of(Scripted.instance("late")), "99", Optional.empty());
            });
            // Time passes until the one before is given up, and the pause behind it is over.
            Scripted.await("it is taken", () -> {
                if (taken.get() < wanted) {
                    timer.advance(MOST);
                }
                return taken.get() == wanted;
            });
        }
        // The fourth waits for one of them, however long that is.
        int questions = backend.asked.size();
        Scripted.await("nothing is waited for", () -> {
            timer.advance(HANG);
            return timer.waiting() == 0;
        });
        awaitTold("it hangs", stale("has not been answered"));
        assertThat(backend.asked).hasSize(questions);
        stuck.countDown();
        Scripted.await("asked again", () -> {
            timer.advance(MOST);
            return backend.asked.size() > questions;
        });
        assertThat(ended.get()).isPositive();
        backend.replies.add(Scripted.answers("1", "a"));
        awaitTold("a, and nothing that came late", fresh("a"));
        assertThat(told).noneSatisfy(each -> assertThat(ids(each)).contains("late"));

        CountDownLatch again = new CountDownLatch(1);
        held.add(again);
        backend.replies.add(asked -> {
            Scripted.ignoreInterrupts(again);
            return new Answer(List.of(), "1", Optional.empty());
        });
        Scripted.await("it is taken", backend.replies::isEmpty);
        registry.close(); // would hang
    }

    @Test
    void anEmptyAnswerIsDoubtedForAWhile() throws Exception {
        registry.watch("s", told::add);
        backend.replies.add(Scripted.answers("7", "a", "b"));
        awaitTold("both", fresh("a", "b"));
        backend.replies.add(Scripted.answers("8"));
        awaitTold(
                "doubt",
                stale("suddenly knows no instance of s; the 2 that it knew before are kept for 300 s", "a", "b"));
        backend.awaitAsked(3);
        assertThat(backend.asked.getLast().since()).isEqualTo("8");
        timer.advance(Duration.ofSeconds(29));
        timer.advance(Duration.ofMinutes(4)); // the guard interrupts that question; it is asked again
        awaitTold("it hangs", stale("has not been answered", "a", "b"));
    }

    @Test
    void anEmptyAnswerThatStaysIsBelieved() throws Exception {
        ServiceRegistry brief = ServiceRegistry.of(backend, options().withKeepEmpty(Duration.ofSeconds(12)));
        brief.watch("s", told::add);
        backend.replies.add(Scripted.answers("7", "a"));
        awaitTold("a", fresh("a"));
        backend.replies.add(Scripted.answers("8"));
        awaitTold("doubt", stale("suddenly", "a"));
        backend.awaitAsked(3);
        assertThat(backend.asked.getLast().most())
                .as("no longer than the doubt lasts")
                .isEqualTo(Duration.ofSeconds(12));
        timer.advance(Duration.ofSeconds(11));
        backend.replies.add(Scripted.answers("8"));
        backend.awaitAsked(4);
        assertThat(backend.asked.getLast().most()).isEqualTo(Duration.ofSeconds(1));
        assertThat(told.getLast()).matches(stale("suddenly", "a"));
        timer.advance(Duration.ofSeconds(1));
        backend.replies.add(Scripted.answers("8"));
        awaitTold("it is believed", fresh());
        backend.awaitAsked(5);
        assertThat(backend.asked.getLast().most()).isEqualTo(Duration.ofSeconds(30));
        brief.close();
    }

    @Test
    void anEmptyAnswerIsForgottenOnceSomebodyIsThere() throws Exception {
        registry.watch("s", told::add);
        backend.replies.add(Scripted.answers("7", "a"));
        awaitTold("a", fresh("a"));
        backend.replies.add(Scripted.answers("8"));
        awaitTold("doubt", stale("suddenly", "a"));
        backend.replies.add(Scripted.answers("9", "b"));
        awaitTold("b alone", fresh("b"));
        // A registry that was down and comes back empty is doubted from then on, however long it was empty before.
        backend.replies.add(Scripted.answers("10"));
        awaitTold("doubt", stale("suddenly", "b"));
        timer.advance(Duration.ofSeconds(39));
        backend.replies.add(Scripted.fails(new IOException("down")));
        awaitTold("down", stale("down", "b"));
        for (int n = 1; n <= 16; n++) { // more than ten minutes
            retry();
            timer.advance(Duration.ofSeconds(39));
            backend.replies.add(Scripted.fails(new IOException("down " + n)));
            awaitTold("still down", stale("down " + n, "b"));
        }
        retry();
        backend.replies.add(Scripted.answers("1"));
        awaitTold("doubt again", stale("suddenly", "b"));
    }

    @Test
    void withoutDoubtAnEmptyAnswerIsBelievedAtOnce() throws Exception {
        ServiceRegistry trusting = ServiceRegistry.of(backend, options().withKeepEmpty(Duration.ZERO));
        trusting.watch("s", told::add);
        backend.replies.add(Scripted.answers("7", "a"));
        awaitTold("a", fresh("a"));
        backend.replies.add(Scripted.answers("8"));
        awaitTold("nobody", fresh());
        trusting.close();
    }

    @Test
    void ofTwoWithOneIdTheKnownOneStays() throws Exception {
        ServiceInstance known = Scripted.instance("a");
        ServiceInstance intruder = ServiceInstance.of("s", "10.0.0.66", 1).withId("a");
        registry.watch("s", told::add);
        backend.replies.add(asked -> new Answer(List.of(known), "1", Optional.empty()));
        awaitTold("a", fresh("a"));
        backend.replies.add(asked -> new Answer(List.of(intruder, known), "2", Optional.empty()));
        awaitTold(
                "both",
                stale("names instance a of s twice, at 10.0.0.66:1 and 127.0.0.1:7000; 127.0.0.1:7000 is used", "a"));
        assertThat(told.getLast().instances()).containsExactly(known);
        // Without the known one, it is the first.
        backend.replies.add(asked -> new Answer(List.of(intruder, intruder.withWeight(3)), "3", Optional.empty()));
        awaitTold("others", found -> found.instances().equals(List.of(intruder)));
        backend.replies.add(asked -> new Answer(List.of(known, known), "4", Optional.empty()));
        awaitTold("the same twice is no matter", fresh("a"));
    }

    @Test
    void aSlowWatcherSeesTheLatestAndHoldsUpNobody() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        held.add(slow);
        List<String> seen = new CopyOnWriteArrayList<>();
        CountDownLatch first = new CountDownLatch(1);
        registry.watch("s", found -> {
            seen.add(ids(found).toString());
            first.countDown();
            Scripted.ignoreInterrupts(slow);
        });
        registry.watch("s", told::add);
        backend.replies.add(Scripted.answers("0", "n0"));
        first.await();
        for (int n = 1; n <= 9; n++) {
            backend.replies.add(Scripted.answers("" + n, "n" + n));
            awaitTold("n" + n, fresh("n" + n));
        }
        assertThat(seen).containsExactly("[n0]");
        slow.countDown();
        Scripted.await("the latest", () -> seen.size() == 2);
        assertThat(seen).containsExactly("[n0]", "[n9]");
    }

    @Test
    void aWatcherThatFailsIsToldAgainAndOthersToo() throws Exception {
        AtomicInteger failing = new AtomicInteger();
        registry.watch("s", found -> {
            failing.incrementAndGet();
            throw new IllegalStateException("a watcher that fails");
        });
        registry.watch("s", told::add);
        backend.replies.add(Scripted.answers("1", "a"));
        awaitTold("a", fresh("a"));
        Scripted.await("the failing one", () -> failing.get() == 1);
        backend.replies.add(Scripted.answers("2", "b"));
        awaitTold("b", fresh("b"));
        Scripted.await("the failing one", () -> failing.get() == 2);
    }

    @Test
    void aRegistryThatChangesAllTheTimeIsAskedAtAPace() throws Exception {
        for (int n = 0; n < 100; n++) {
            backend.replies.add(Scripted.answers("" + n, "n" + n));
        }
        registry.watch("s", told::add);
        backend.awaitAsked(20);
        timer.awaitWaiting(1);
        awaitTold("the last of the burst", fresh("n19"));
        assertThat(backend.asked).hasSize(20);
        for (int n = 21; n <= 25; n++) {
            timer.advance(LEAST);
            backend.awaitAsked(n);
            awaitTold("one more", fresh("n" + (n - 1)));
            timer.awaitWaiting(1);
            assertThat(backend.asked).hasSize(n);
        }
    }

    @Test
    void aRegistryThatIsDownAtStartIsFoundLater() throws Exception {
        backend.replies.add(Scripted.fails(new IOException("connection refused")));
        assertThatThrownBy(() -> registry.discover("s"))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE))
                .hasMessage("the registry scripted://here gives no usable answer for s: connection refused")
                .hasRootCauseInstanceOf(IOException.class);
        Watch watch = registry.watch("s", told::add);
        backend.replies.add(Scripted.fails(new IOException("connection refused")));
        awaitTold("it is down", stale("connection refused"));
        // Nothing is known yet, so it is asked all the same.
        backend.awaitAsked(2);
        backend.replies.add(Scripted.fails(new IOException("still refused")));
        assertThatThrownBy(() -> registry.discover("s")).hasMessageContaining("still refused");
        retry();
        backend.replies.add(Scripted.answers("1", "a"));
        awaitTold("it is there", fresh("a"));
        assertThat(registry.discover("s")).isEqualTo(watch.latest().orElseThrow());
    }

    @Test
    void aQuestionOfDiscoverIsBoundedToo() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        held.add(stuck);
        backend.replies.add(asked -> {
            Scripted.ignoreInterrupts(stuck);
            throw new IllegalStateException("nothing is answered");
        });
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        Thread asking = Thread.ofVirtual().start(() -> {
            try {
                registry.discover("s");
            } catch (CallException e) {
                thrown.add(e);
            }
        });
        timer.awaitWaiting(1);
        timer.advance(Duration.ofSeconds(10));
        asking.join();
        assertThat(thrown)
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessageContaining("has not been answered within 10 s"));
    }

    @Test
    void whatNobodyWatchesIsForgotten() throws Exception {
        Watch one = registry.watch("s", told::add);
        Watch other = registry.watch("s", found -> {});
        backend.replies.add(Scripted.answers("1", "a"));
        awaitTold("a", fresh("a"));
        backend.awaitAsked(2);
        one.close();
        assertThat(registry.discover("s").instances()).hasSize(1);
        other.close();
        Watch again = registry.watch("s", told::add);
        assertThat(again.latest()).as("of another life").isEmpty();
        backend.awaitAsked(3);
        assertThat(backend.asked.getLast().since()).isEmpty();
    }

    @Test
    void aRegistryThatCannotBeWatchedIsAskedWhenItsAnswerIsOld() throws Exception {
        backend.capabilities = java.util.EnumSet.noneOf(RegistryCapability.class);
        registry.watch("s", told::add);
        backend.replies.add(
                asked -> new Answer(List.of(Scripted.instance("a")), "1", Optional.of(Duration.ofSeconds(17))));
        awaitTold("a", fresh("a"));
        timer.awaitWaiting(1);
        timer.advance(Duration.ofSeconds(17).minusNanos(1));
        assertThat(backend.asked).hasSize(1);
        timer.advance(Duration.ofNanos(1));
        backend.awaitAsked(2);
        backend.replies.add(Scripted.answers("2", "b"));
        awaitTold("b", fresh("b"));
        timer.awaitWaiting(1);
        timer.advance(Duration.ofSeconds(30).minusNanos(1));
        assertThat(backend.asked).as("one that does not say holds for maxWait").hasSize(2);
        timer.advance(Duration.ofNanos(1));
        backend.awaitAsked(3);
    }

    @Test
    void noMoreThanTenThousandServicesAreFollowed() throws Exception {
        for (int n = 0; n < 10_000; n++) {
            registry.watch("s" + n, found -> {});
        }
        assertThatThrownBy(() -> registry.watch("one-more", found -> {}))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED))
                .hasMessageContaining("10000 services");
        registry.watch("s7", told::add); // one that is followed already
    }

    @Test
    void nothingRunsOnceItIsClosed() throws Exception {
        for (String service : List.of("left-1", "left-2")) {
            registry.watch(service, told::add);
            registry.register(Scripted.instance(service), RegistrationOptions.defaults());
        }
        backend.awaitAsked(2);
        backend.replies.add(Scripted.answers("1", "a"));
        awaitTold("a", fresh("a"));
        Scripted.await("threads", () -> Threads.named("left-").size() >= 4);
        registry.close();
        Scripted.await("they end", () -> Threads.named("left-").isEmpty());
        assertThat(timer.waiting()).as("what waits on the clock").isZero();
        assertThat(backend.said).contains("release left-1", "release left-2").endsWith("close");
    }
}
