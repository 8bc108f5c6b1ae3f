package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.RetryAdvice;
import dev.parley.resilience.Bulkhead;
import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.RejectedException;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a cluster does with endpoints that fail; {@link MutantsTest} runs it against clusters that are wrong. */
abstract class ClusterSpec {

    static final Method METHOD = new Method("stock", "Check", Method.Kind.UNARY, Method.Idempotency.NO_SIDE_EFFECTS);

    final FakeTimer timer = new FakeTimer();
    final List<ClusterEvent> events = new CopyOnWriteArrayList<>();

    /** The cluster under test. */
    protected Cluster cluster(HandRegistry registry, ClusterPolicy policy) {
        return new Cluster(registry, "stock", policy);
    }

    /** One attempt, through the cluster under test. */
    protected String attempt(Cluster cluster, Call call, Handler<String, String> server) throws Exception {
        return cluster.intercept(call, "question", server);
    }

    ClusterPolicy policy() {
        return ClusterPolicy.defaults()
                .withTimer(timer)
                .withBalancer(RoundRobin::new)
                .withListener(events::add);
    }

    static CallScope call() {
        return CallScope.builder(METHOD).build();
    }

    static CallException remote(Code code) {
        return new CallException(
                code, "so it says", null, List.of(), new Metadata(), CallException.Origin.REMOTE, RetryAdvice.UNSTATED);
    }

    static CallException local(Code code, RetryAdvice advice) {
        return new CallException(code, "here", null, List.of(), new Metadata(), CallException.Origin.LOCAL, advice);
    }

    /** Makes {@code number} calls of one attempt; {@code failures} says what an endpoint, by its authority, fails with. */
    List<String> calls(Cluster cluster, int number, Function<String, @Nullable CallException> failures) {
        List<String> went = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            CallScope call = call();
            try {
                attempt(cluster, call, (attempt, question) -> {
                    String at = attempt.endpoint().orElseThrow();
                    went.add(at);
                    CallException failure = failures.apply(at);
                    if (failure != null) {
                        throw failure;
                    }
                    return "answer";
                });
            } catch (CallException expected) {
                assertThat(failures.apply(went.getLast())).isNotNull();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        return went;
    }

    static String at(Cluster cluster, int index) {
        return cluster.endpoints().get(index).authority();
    }

    private static Function<String, @Nullable CallException> failing(String authority, CallException error) {
        return at -> at.equals(authority) ? error : null;
    }

    private long ejected(Cluster cluster) {
        return cluster.snapshot().endpoints().stream()
                .filter(each -> each.ejected().isPresent())
                .count();
    }

    @Test
    void whatFailsFiveTimesInARowGetsNoMoreCalls() {
        try (Cluster cluster = cluster(HandRegistry.of(3), policy())) {
            String bad = at(cluster, 1);
            List<String> went = calls(cluster, 15, failing(bad, remote(Code.UNAVAILABLE)));
            assertThat(went).filteredOn(bad::equals).hasSize(5);
            assertThat(calls(cluster, 30, at -> null)).doesNotContain(bad).hasSize(30);
            assertThat(events)
                    .filteredOn(ClusterEvent.Ejected.class::isInstance)
                    .singleElement()
                    .satisfies(event -> assertThat(((ClusterEvent.Ejected) event).reason())
                            .isEqualTo("5 failures in a row, the last: UNAVAILABLE: so it says (remote)"));
        }
    }

    @Test
    void oneSuccessInBetweenIsEnoughToStay() {
        try (Cluster cluster = cluster(HandRegistry.of(3), policy())) {
            String bad = at(cluster, 1);
            for (int i = 0; i < 5; i++) {
                calls(cluster, 12, failing(bad, remote(Code.INTERNAL)));
                calls(cluster, 3, at -> null);
            }
            assertThat(ejected(cluster)).isZero();
        }
    }

    @Test
    void whatFailsHalfOfTheTimeIsEjectedToo() {
        try (Cluster cluster = cluster(HandRegistry.of(3), policy())) {
            String bad = at(cluster, 1);
            for (int i = 0; i < 25; i++) {
                assertThat(ejected(cluster)).isZero();
                calls(cluster, 3, at -> null);
                calls(cluster, 3, failing(bad, remote(Code.INTERNAL)));
            }
            assertThat(ejected(cluster)).isOne();
        }
    }

    @Test
    void itComesBackAfterThirtySecondsThenAfterSixty() {
        try (Cluster cluster = cluster(HandRegistry.of(3), policy().withoutSlowStart())) {
            String bad = at(cluster, 1);
            calls(cluster, 15, failing(bad, remote(Code.UNAVAILABLE)));
            timer.advance(Duration.ofSeconds(30).minusNanos(1));
            assertThat(calls(cluster, 6, at -> null)).doesNotContain(bad);
            timer.advance(Duration.ofNanos(1));
            assertThat(calls(cluster, 6, at -> null)).contains(bad);

            calls(cluster, 15, failing(bad, remote(Code.UNAVAILABLE)));
            timer.advance(Duration.ofSeconds(60).minusNanos(1));
            assertThat(calls(cluster, 6, at -> null)).doesNotContain(bad);
            timer.advance(Duration.ofNanos(1));
            assertThat(calls(cluster, 6, at -> null)).contains(bad);
        }
    }

    @Test
    void itIsForgivenForEachGoodInterval() {
        try (Cluster cluster = cluster(HandRegistry.of(3), policy().withoutSlowStart())) {
            String bad = at(cluster, 1);
            calls(cluster, 15, failing(bad, remote(Code.UNAVAILABLE)));
            timer.advance(Duration.ofSeconds(30));
            calls(cluster, 15, failing(bad, remote(Code.UNAVAILABLE)));
            timer.advance(Duration.ofSeconds(60)); // back from the second ejection
            timer.advance(Duration.ofSeconds(20)); // and good for two intervals
            calls(cluster, 15, failing(bad, remote(Code.UNAVAILABLE)));
            assertThat(cluster.snapshot().endpoints().get(1).ejectedFor()).isEqualTo(Duration.ofSeconds(30));
        }
    }

    @Test
    void neverIsATimeLongerThanTheLongest() {
        ClusterPolicy policy = policy().withoutSlowStart()
                .withOutliers(OutlierPolicy.defaults().withTimes(Duration.ofSeconds(30), Duration.ofSeconds(50)));
        try (Cluster cluster = cluster(HandRegistry.of(3), policy)) {
            String bad = at(cluster, 1);
            for (int i = 0; i < 3; i++) {
                calls(cluster, 15, failing(bad, remote(Code.UNAVAILABLE)));
                assertThat(cluster.snapshot().endpoints().get(1).ejectedFor())
                        .isEqualTo(Duration.ofSeconds(i == 0 ? 30 : 50));
                timer.advance(Duration.ofSeconds(i == 0 ? 30 : 50));
            }
        }
    }

    @Test
    void aTenthIsEjectedAtMostButOneAtLeast() {
        for (int count : new int[] {1, 2, 9, 10, 19, 20, 35}) {
            try (Cluster cluster = cluster(HandRegistry.of(count), policy())) {
                calls(cluster, count * 20, at -> remote(Code.UNAVAILABLE));
                assertThat(ejected(cluster)).as("of %d", count).isEqualTo(count == 1 ? 0 : Math.max(1, count / 10));
            }
        }
    }

    @Test
    void whenOneComesBackAnotherMayBeEjected() {
        try (Cluster cluster = cluster(HandRegistry.of(3), policy())) {
            calls(cluster, 30, at -> remote(Code.UNAVAILABLE));
            assertThat(ejected(cluster)).isOne();
            timer.advance(Duration.ofSeconds(30));
            assertThat(ejected(cluster)).isZero();
            calls(cluster, 30, at -> remote(Code.UNAVAILABLE));
            assertThat(ejected(cluster)).isOne();
        }
    }

    @Test
    void whatWasNotTheEndpointsDoingDoesNotCount() throws Exception {
        Bulkhead full = new Bulkhead(
                "full", BulkheadPolicy.defaults().withMaxConcurrent(1).withMaxWaiting(0));
        full.tryAcquire();
        RejectedException rejected = full.rejection();
        for (CallException error : List.of(
                rejected,
                local(Code.CANCELLED, RetryAdvice.UNSTATED),
                local(Code.RESOURCE_EXHAUSTED, RetryAdvice.NEVER_LEFT),
                local(Code.INTERNAL, RetryAdvice.UNSTATED),
                local(Code.UNAVAILABLE, RetryAdvice.UNSTATED))) {
            try (Cluster cluster = cluster(HandRegistry.of(3), policy())) {
                calls(cluster, 300, failing(at(cluster, 1), error));
                assertThat(ejected(cluster)).as("%s", error).isZero();
                assertThat(cluster.snapshot().endpoints().get(1).consecutiveFailures())
                        .isZero();
            }
        }
    }

    @Test
    void whatTheCallerCancelsDoesNotCount() throws Exception {
        try (Cluster cluster = cluster(HandRegistry.of(3), policy())) {
            for (int i = 0; i < 60; i++) {
                CallScope call = call();
                assertThatThrownBy(() -> attempt(cluster, call, (attempt, question) -> {
                            call.cancel(local(Code.CANCELLED, RetryAdvice.UNSTATED));
                            throw remote(Code.UNAVAILABLE);
                        }))
                        .isInstanceOf(CallException.class);
            }
            assertThat(ejected(cluster)).isZero();
        }
    }

    @Test
    void anAnswerThatBlamesTheCallerIsASuccess() {
        try (Cluster cluster = cluster(HandRegistry.of(3), policy())) {
            String odd = at(cluster, 1);
            for (int i = 0; i < 10; i++) {
                calls(cluster, 12, failing(odd, remote(Code.UNAVAILABLE)));
                calls(cluster, 3, failing(odd, remote(Code.NOT_FOUND)));
            }
            assertThat(ejected(cluster)).isZero();
        }
    }

    @Test
    void aDeadHostAndAHungOneCount() {
        for (CallException error : List.of(
                local(Code.UNAVAILABLE, RetryAdvice.NEVER_LEFT), local(Code.DEADLINE_EXCEEDED, RetryAdvice.UNSTATED))) {
            try (Cluster cluster = cluster(HandRegistry.of(3), policy())) {
                calls(cluster, 15, failing(at(cluster, 1), error));
                assertThat(ejected(cluster)).as("%s", error).isOne();
            }
        }
    }

    @Test
    void whatBeganBeforeAnEjectionChangesNothingBehindIt() {
        try (Cluster cluster = cluster(HandRegistry.of(2), policy().withoutSlowStart())) {
            List<Picked> old = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                old.add(cluster.tryPick(call()));
            }
            Endpoint bad = cluster.endpoints().get(1);
            calls(cluster, 10, failing(bad.authority(), remote(Code.UNAVAILABLE)));
            assertThat(bad.isWell()).isFalse();
            timer.advance(Duration.ofSeconds(30));
            assertThat(bad.isWell()).isTrue();
            old.forEach(each -> each.end(dev.parley.Outcome.failed(remote(Code.UNAVAILABLE))));
            assertThat(bad.isWell()).isTrue();
            assertThat(bad.inFlight()).isZero();
        }
    }

    @Test
    void anAttemptGoesWhereTheCallHasNotBeen() throws Exception {
        for (LoadBalancer.Factory balancer : List.<LoadBalancer.Factory>of(
                RoundRobin::new,
                LeastLoaded::new,
                Weighted::new,
                RingHash.byHeader("user"),
                ZoneAware.of("here", LeastLoaded::new))) {
            try (Cluster cluster = cluster(HandRegistry.of(4), policy().withBalancer(balancer))) {
                for (int i = 0; i < 20; i++) {
                    Set<String> been = new HashSet<>();
                    CallScope call = call();
                    call.requestHeaders().put("user", "u" + i);
                    for (int attempt = 0; attempt < 4; attempt++) {
                        Call each = attempt == 0 ? call : CallScope.child(call);
                        assertThatThrownBy(() -> attempt(cluster, each, (c, q) -> {
                                    assertThat(been.add(c.endpoint().orElseThrow()))
                                            .isTrue();
                                    throw local(Code.INTERNAL, RetryAdvice.UNSTATED);
                                }))
                                .isInstanceOf(CallException.class);
                    }
                    // All were tried: any will do.
                    assertThat(attempt(cluster, CallScope.child(call), (c, q) -> "answer"))
                            .isEqualTo("answer");
                }
            }
        }
    }

    @Test
    void whenLessThanHalfAreWellAllAreCalledAndItSaysSo() {
        ClusterPolicy policy = policy().withOutliers(OutlierPolicy.defaults().withMaxEjectedShare(1));
        try (Cluster cluster = cluster(HandRegistry.of(4), policy)) {
            Set<String> bad = Set.of(at(cluster, 0), at(cluster, 1));
            calls(cluster, 60, at -> bad.contains(at) ? remote(Code.UNAVAILABLE) : null);
            assertThat(cluster.snapshot().panic()).isFalse();
            assertThat(calls(cluster, 20, at -> null)).doesNotContainAnyElementsOf(bad);

            String third = at(cluster, 2);
            calls(cluster, 10, failing(third, remote(Code.UNAVAILABLE)));
            assertThat(cluster.snapshot().panic()).isTrue();
            assertThat(calls(cluster, 40, at -> null)).containsAll(bad).contains(third);
            assertThat(events).contains(new ClusterEvent.PanicEntered("stock", 1, 4));

            timer.advance(Duration.ofSeconds(30));
            assertThat(cluster.snapshot().panic()).isFalse();
            assertThat(events)
                    .filteredOn(ClusterEvent.PanicLeft.class::isInstance)
                    .hasSize(1);
        }
    }

    @Test
    void whatIsNewOrBackGetsItsShareLittleByLittle() {
        HandRegistry registry = HandRegistry.of(3);
        try (Cluster cluster = cluster(registry, policy())) {
            assertThat(calls(cluster, 300, at -> null))
                    .filteredOn(at(cluster, 1)::equals)
                    .hasSize(100);
            registry.says(HandRegistry.instances(4));
            String fresh = at(cluster, 3);
            assertThat(calls(cluster, 1_000, at -> null))
                    .filteredOn(fresh::equals)
                    .hasSizeBetween(20, 50); // a tenth of a quarter or so
            timer.advance(Duration.ofSeconds(5));
            assertThat(calls(cluster, 1_000, at -> null))
                    .filteredOn(fresh::equals)
                    .hasSizeBetween(120, 170);
            timer.advance(Duration.ofSeconds(5));
            assertThat(calls(cluster, 1_000, at -> null))
                    .filteredOn(fresh::equals)
                    .hasSize(250);

            calls(cluster, 20, failing(fresh, remote(Code.UNAVAILABLE)));
            timer.advance(Duration.ofSeconds(30));
            assertThat(calls(cluster, 1_000, at -> null))
                    .filteredOn(fresh::equals)
                    .hasSizeBetween(20, 50);
        }
    }

    @Test
    void anEndpointKeepsItsStateWhateverTheRegistrySaysOfIt() {
        HandRegistry registry = HandRegistry.of(3);
        try (Cluster cluster = cluster(registry, policy())) {
            Endpoint bad = cluster.endpoints().get(1);
            calls(cluster, 15, failing(bad.authority(), remote(Code.UNAVAILABLE)));
            registry.says(HandRegistry.instances(4).stream()
                    .map(each -> each.withMetadata("version", "2").withWeight(3))
                    .toList());
            assertThat(cluster.endpoints().get(1)).isSameAs(bad);
            assertThat(bad.instance().weight()).isEqualTo(3);
            assertThat(bad.isWell()).isFalse();
            assertThat(calls(cluster, 30, at -> null)).doesNotContain(bad.authority());

            registry.says(new ServiceSnapshot("stock", HandRegistry.instances(4), Optional.of("it is down")));
            assertThat(cluster.endpoints()).hasSize(4).contains(bad);
            assertThat(calls(cluster, 30, at -> null)).hasSize(30);
            assertThat(events).contains(new ClusterEvent.Stale("stock", "it is down"));
        }
    }
}
