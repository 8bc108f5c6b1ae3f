package dev.parley.discovery;

import static dev.parley.discovery.ClusterSpec.METHOD;
import static dev.parley.discovery.ClusterSpec.call;
import static dev.parley.discovery.ClusterSpec.remote;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Explanation;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What a cluster does besides ejecting. */
class ClusterTest {

    private final FakeTimer timer = new FakeTimer();
    private final ClusterPolicy policy = ClusterPolicy.defaults().withTimer(timer);

    private Cluster cluster(HandRegistry registry, ClusterPolicy how) {
        return new Cluster(registry, "stock", how);
    }

    @Test
    void aServiceWithoutInstancesSaysWhy() {
        HandRegistry registry = HandRegistry.of(0);
        try (Cluster cluster = cluster(registry, policy)) {
            assertThatThrownBy(() -> cluster.intercept(call(), "q", (c, q) -> "a"))
                    .asInstanceOf(type(CallException.class))
                    .satisfies(error -> {
                        assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
                        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
                        assertThat(error.origin()).isEqualTo(CallException.Origin.LOCAL);
                        assertThat(error.message())
                                .isEqualTo("no endpoint of stock: the registry knows no healthy instance of it");
                    });
            registry.says(
                    new ServiceSnapshot("stock", List.of(), Optional.of("the registry does not answer: refused")));
            assertThatThrownBy(() -> cluster.intercept(call(), "q", (c, q) -> "a"))
                    .hasMessage("no endpoint of stock: the registry does not answer: refused");
        }
    }

    @Test
    void theFirstCallWaitsForTheFirstAnswer() throws Exception {
        HandRegistry registry = new HandRegistry();
        try (Cluster cluster = cluster(registry, policy)) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            Thread caller = Thread.ofVirtual().start(() -> {
                try {
                    answer.complete(cluster.intercept(
                            call(), "q", (c, q) -> c.endpoint().orElseThrow()));
                } catch (Throwable e) {
                    answer.completeExceptionally(e);
                }
            });
            while (caller.getState() != Thread.State.TIMED_WAITING && caller.isAlive()) {
                LockSupport.parkNanos(100_000);
            }
            assertThat(answer).isNotDone();
            registry.says(HandRegistry.instances(1));
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("10.0.0.1:7000");
        }
    }

    @Test
    void butNotForEver() {
        try (Cluster cluster = cluster(new HandRegistry(), policy.withFirstAnswer(Duration.ofMillis(20)))) {
            assertThatThrownBy(() -> cluster.intercept(call(), "q", (c, q) -> "a"))
                    .hasMessage("no endpoint of stock: the registry has not answered yet");
            CallScope hurried = CallScope.builder(METHOD)
                    .deadline(Deadline.after(Duration.ofMillis(20)))
                    .build();
            assertThatThrownBy(() -> cluster.intercept(hurried, "q", (c, q) -> "a"))
                    .asInstanceOf(type(CallException.class))
                    .extracting(CallException::code)
                    .isEqualTo(Code.DEADLINE_EXCEEDED);
            assertThatThrownBy(() -> cluster.tryPick(call())) // which never waits
                    .hasMessage("no endpoint of stock: the registry has not answered yet");
        }
    }

    @Test
    void aFullEndpointIsPassedOverAndWhenAllAreTheCallFailsHere() {
        for (LoadBalancer.Factory balancer : List.<LoadBalancer.Factory>of(
                RoundRobin::new, LeastLoaded::new, Weighted::new, RingHash.by(c -> "one and the same"))) {
            try (Cluster cluster =
                    cluster(HandRegistry.of(3), policy.withBalancer(balancer).withMaxRequests(2))) {
                List<Picked> picked = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    picked.add(cluster.tryPick(call()));
                }
                assertThat(cluster.endpoints()).allMatch(Endpoint::isFull);
                assertThatThrownBy(() -> cluster.tryPick(call()))
                        .asInstanceOf(type(CallException.class))
                        .satisfies(error -> {
                            assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
                            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER_LEFT);
                            assertThat(error.message()).contains("3 available", "2 calls", "maxRequests");
                        });
                Endpoint free = picked.getFirst().endpoint();
                picked.getFirst().end(Outcome.OK);
                picked.getFirst().end(Outcome.OK); // once
                assertThat(cluster.tryPick(call()).endpoint()).isEqualTo(free);
            }
        }
    }

    @Test
    void weightZeroIsForWhenThereIsNothingElse() {
        HandRegistry registry = HandRegistry.of(
                HandRegistry.instance(0).withWeight(0),
                HandRegistry.instance(1),
                HandRegistry.instance(2).withWeight(0));
        for (LoadBalancer.Factory balancer : List.<LoadBalancer.Factory>of(
                RoundRobin::new, LeastLoaded::new, Weighted::new, RingHash.byHeader("user"))) {
            registry.says(
                    HandRegistry.instance(0).withWeight(0),
                    HandRegistry.instance(1),
                    HandRegistry.instance(2).withWeight(0));
            try (Cluster cluster = cluster(registry, policy.withBalancer(balancer))) {
                for (int i = 0; i < 50; i++) {
                    assertThat(cluster.tryPick(call()).endpoint().instance().id())
                            .isEqualTo("a1");
                }
                registry.says(
                        HandRegistry.instance(0).withWeight(0),
                        HandRegistry.instance(2).withWeight(0));
                Set<String> picked = new HashSet<>();
                for (int i = 0; i < 50; i++) {
                    picked.add(cluster.tryPick(call()).endpoint().instance().id());
                }
                assertThat(picked).containsExactlyInAnyOrder("a0", "a2");
            }
        }
    }

    @Test
    void anInstanceThatIsGoneGetsNoCallsAndWhatRunsThereGoesOn() {
        HandRegistry registry = HandRegistry.of(2);
        List<ClusterEvent> events = new ArrayList<>();
        try (Cluster cluster =
                cluster(registry, policy.withBalancer(RoundRobin::new).withListener(events::add))) {
            List<Picked> running = List.of(cluster.tryPick(call()), cluster.tryPick(call()));
            Endpoint gone = cluster.endpoints().get(0);
            registry.says(HandRegistry.instance(1));
            assertThat(events).contains(new ClusterEvent.EndpointRemoved("stock", gone));
            assertThat(gone.inFlight()).isOne();
            for (int i = 0; i < 10; i++) {
                assertThat(cluster.tryPick(call()).endpoint()).isNotEqualTo(gone);
            }
            running.forEach(each -> each.end(Outcome.failed(remote(Code.UNAVAILABLE))));
            assertThat(gone.inFlight()).isZero();
        }
    }

    @Test
    void anotherAddressIsAnotherEndpoint() {
        HandRegistry registry = HandRegistry.of(1);
        try (Cluster cluster = cluster(registry, policy)) {
            Endpoint before = cluster.endpoints().getFirst();
            registry.says(ServiceInstance.of("stock", "10.9.9.9", 7000).withId("a0"));
            assertThat(cluster.endpoints()).doesNotContain(before).hasSize(1);
            // Two with one id, and one twice.
            registry.says(HandRegistry.instance(1).withId("a0"), HandRegistry.instance(0), HandRegistry.instance(0));
            assertThat(cluster.endpoints()).hasSize(2);
        }
    }

    @Test
    void aUnaryCallIsMeasuredAndAStreamCountsUntilItsEnd() throws Exception {
        try (Cluster cluster = cluster(HandRegistry.of(1), policy)) {
            Endpoint endpoint = cluster.endpoints().getFirst();
            cluster.intercept(call(), "q", (c, q) -> {
                assertThat(endpoint.inFlight()).isOne();
                timer.advance(Duration.ofMillis(20));
                return "a";
            });
            assertThat(endpoint.latencyNanos(timer.nanoTime())).isBetween(19e6, 21e6);
            assertThat(endpoint.inFlight()).isZero();

            Method watch = new Method("stock", "Watch", Method.Kind.SERVER_STREAMING, Method.Idempotency.UNKNOWN);
            CallScope stream = CallScope.builder(watch).build();
            cluster.intercept(stream, "q", (c, q) -> Messages.of("one"));
            timer.advance(Duration.ofSeconds(5));
            assertThat(endpoint.inFlight()).isOne();
            stream.end(Outcome.OK);
            assertThat(endpoint.inFlight()).isZero();
            assertThat(endpoint.latencyNanos(timer.nanoTime())).isLessThan(21e6);

            // One that was watched for an hour until its reader's time was up, or the connection broke, says little.
            for (CallException end : List.of(
                    ClusterSpec.local(Code.DEADLINE_EXCEEDED, RetryAdvice.UNSTATED), remote(Code.UNAVAILABLE))) {
                CallScope watched = CallScope.builder(watch).build();
                cluster.intercept(watched, "q", (c, q) -> Messages.of("one"));
                timer.advance(Duration.ofHours(1));
                watched.end(Outcome.failed(end));
                assertThat(endpoint.latencyNanos(timer.nanoTime())).isLessThan(201e6);
            }
            assertThat(cluster.snapshot().endpoints().getFirst().consecutiveFailures())
                    .isOne();
        }
    }

    @Test
    void aFailureOfTheFirstAttemptIsToldThoughTheCallSucceeds() {
        try (Cluster cluster = cluster(HandRegistry.of(2), policy.withBalancer(RoundRobin::new))) {
            CallScope call = call();
            long mark = call.mark();
            assertThatThrownBy(() -> cluster.intercept(call, "q", (c, q) -> {
                        throw remote(Code.UNAVAILABLE);
                    }))
                    .isInstanceOf(CallException.class);
            call.rollBack(mark, remote(Code.UNAVAILABLE));
            call.end(Outcome.OK);
            assertThat(cluster.snapshot().endpoints())
                    .extracting(ClusterSnapshot.EndpointState::consecutiveFailures)
                    .containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void whoAsksIsToldWhatWasConsideredAndWhy() throws Exception {
        try (Cluster cluster = cluster(HandRegistry.of(30), policy)) {
            CallScope call = call();
            Explanation why = new Explanation();
            why.leaveOn(call);
            assertThatThrownBy(() -> cluster.intercept(call, "q", (c, q) -> {
                        timer.advance(Duration.ofMillis(12));
                        throw remote(Code.UNAVAILABLE);
                    }))
                    .isInstanceOf(CallException.class);
            cluster.intercept(CallScope.child(call), "q", (c, q) -> "a");

            assertThat(why.decisions()).hasSize(2).allSatisfy(each -> {
                assertThat(each.by()).isEqualTo("balance");
                assertThat(each.what()).contains("lower load of two", "30 of 30 available", "and 20 more");
                assertThat(((Pick) each).considered()).hasSize(Pick.MOST);
            });
            Pick first = (Pick) why.decisions().getFirst();
            Pick second = (Pick) why.decisions().getLast();
            assertThat(second.attempt()).isEqualTo(2);
            assertThat(second.chosen()).isNotEqualTo(first.chosen());
            assertThat(second.considered().getFirst().endpoint()).isEqualTo(second.chosen());
        }
    }

    @Test
    void picksOfOneCallAreToldApartWithoutTheInterceptor() {
        try (Cluster cluster = cluster(HandRegistry.of(2), policy)) {
            for (int i = 0; i < 20; i++) {
                Call call = call();
                Picked one = cluster.tryPick(call);
                Picked other = cluster.tryPick(call);
                assertThat(other.endpoint()).isNotEqualTo(one.endpoint());
                one.end(Outcome.OK);
                other.end(Outcome.OK);
            }
        }
    }

    @Test
    void aListenerThatThrowsDoesNoHarm() {
        HandRegistry registry = HandRegistry.of(1);
        ClusterPolicy loud = policy.withListener(event -> {
            throw new IllegalStateException("a listener that throws");
        });
        try (Cluster cluster = cluster(registry, loud)) {
            List<ClusterEvent> heard = new ArrayList<>();
            cluster.listen(heard::add);
            registry.says(HandRegistry.instances(2));
            assertThat(heard).hasSize(1);
            assertThat(cluster.endpoints()).hasSize(2);
        }
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        assertThatThrownBy(() -> policy.withMaxRequests(0))
                .hasMessageStartingWith("maxRequests must be between 1 and")
                .hasMessageEndingWith("but is 0");
        assertThatThrownBy(() -> policy.withPanicShare(Double.NaN)).hasMessageContaining("panicShare");
        assertThatThrownBy(() -> OutlierPolicy.defaults().withConsecutiveFailures(0))
                .hasMessageContaining("consecutiveFailures");
        assertThatThrownBy(() -> OutlierPolicy.defaults().withTimes(Duration.ofSeconds(9), Duration.ofSeconds(8)))
                .hasMessage("maxTime must be between PT9S and PT24H, but is PT8S");
        assertThatThrownBy(() -> SlowStart.defaults().withMinShare(0)).hasMessageContaining("minShare");
        assertThatThrownBy(() -> HealthCheckPolicy.defaults().withTemplate("http://a:1/healthz"))
                .hasMessageContaining("{host} and {port}");
        assertThatThrownBy(() -> RingHash.withBoundedLoad(RingHash.byHeader("x"), 1))
                .hasMessageContaining("factor");
        assertThatThrownBy(() -> ZoneAware.of("", RoundRobin::new)).hasMessageContaining("zone");
    }
}
