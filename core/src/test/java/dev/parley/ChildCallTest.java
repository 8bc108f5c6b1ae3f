package dev.parley;

import static dev.parley.Calls.call;
import static dev.parley.Calls.cancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ChildCallTest {

    private static final Attributes.Key<String> TENANT = Attributes.Key.of("tenant");

    private final CallScope parent = CallScope.builder(Calls.METHOD)
            .requestHeaders(Metadata.of("x-a", "1"))
            .build();
    private final CallScope child = CallScope.child(parent);

    @Test
    void requestHeadersAreACopy() {
        child.requestHeaders().add("x-b", "2");
        assertThat(parent.requestHeaders().names()).containsExactly("x-a");
        assertThat(child.requestHeaders().names()).containsExactly("x-a", "x-b");
    }

    @Test
    void responseMetadataOfALostAttemptIsDroppedAndOfTheKeptOneAdded() {
        CallScope lost = CallScope.child(parent);
        lost.responseHeaders().add("attempt", "1");
        lost.responseTrailers().add("grpc-note", "1");
        child.responseHeaders().add("attempt", "2");
        child.responseTrailers().add("grpc-note", "2");
        child.keepMetadata();
        assertThat(parent.responseHeaders().getAll("attempt")).containsExactly("2");
        assertThat(parent.responseTrailers().getAll("grpc-note")).containsExactly("2");
    }

    @Test
    void aPartWithinALimitHasTheParentsMetadataAndTheEarlierDeadline() {
        FakeTimer timer = new FakeTimer();
        CallScope whole = CallScope.builder(Calls.METHOD)
                .deadline(Deadline.after(Duration.ofSeconds(10), timer))
                .build();
        CallScope part = CallScope.within(whole, Deadline.after(Duration.ofSeconds(2), timer));
        part.requestHeaders().add("x-a", "1");
        part.responseHeaders().add("x-b", "2");
        part.responseTrailers().add("x-c", "3");
        assertThat(whole.requestHeaders().getAll("x-a")).containsExactly("1");
        assertThat(whole.responseHeaders().getAll("x-b")).containsExactly("2");
        assertThat(whole.responseTrailers().getAll("x-c")).containsExactly("3");
        assertThat(part.deadline().remaining()).isEqualTo(Duration.ofSeconds(2));
        assertThat(CallScope.within(whole, Deadline.after(Duration.ofSeconds(20), timer))
                        .deadline()
                        .remaining())
                .isEqualTo(Duration.ofSeconds(10));
        part.cancel(cancelled("enough of it"));
        assertThat(whole.cancellation()).isEmpty();
    }

    @Test
    void endsByItself() {
        List<String> ends = new ArrayList<>();
        parent.onEnd(outcome -> ends.add("parent"));
        child.onEnd(outcome -> ends.add("child"));
        child.end(Outcome.OK);
        assertThat(ends).containsExactly("child");
    }

    @Test
    void isCancelledWithItsParentButNotTheOtherWayRound() {
        List<String> told = new ArrayList<>();
        child.onCancel(reason -> told.add(reason.message()));
        CallScope.child(parent).cancel(cancelled("attempt lost"));
        assertThat(parent.cancellation()).isEmpty();
        parent.cancel(cancelled("enough"));
        assertThat(told).containsExactly("enough");
        assertThat(child.cancellation()).map(CallException::message).contains("enough");
    }

    @Test
    void neverStartsUnderACancelledParent() {
        parent.cancel(cancelled("enough"));
        assertThatThrownBy(() -> Calls.in(child, () -> "ran"))
                .isInstanceOf(CallException.class)
                .hasMessage("enough");
    }

    @Test
    void onAThreadOfItsOwnIsInterruptedByItsParentsCancellation() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        FutureTask<String> hedge = Calls.start(() -> Calls.in(child, () -> {
            running.countDown();
            return Calls.forever();
        }));
        Calls.await(running);
        parent.cancel(cancelled("enough"));
        assertThatThrownBy(() -> Calls.result(hedge)).hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void cancelledAttemptLeavesTheParentsHandlerUninterrupted() throws Exception {
        boolean interrupted = Calls.in(parent, () -> {
            Calls.in(child, () -> child.cancel(cancelled("attempt timed out")));
            return Thread.currentThread().isInterrupted();
        });
        assertThat(interrupted).isFalse();
    }

    @Test
    void attemptThatIsCancelledTogetherWithItsParentLeavesTheParentInterrupted() throws Exception {
        boolean interrupted = Calls.in(parent, () -> {
            Calls.in(child, () -> {
                child.cancel(cancelled("attempt timed out"));
                return parent.cancel(cancelled("enough"));
            });
            return Thread.currentThread().isInterrupted();
        });
        assertThat(interrupted).isTrue();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void endedAttemptsLeaveNothingWithALongParent() {
        List<String> told = new ArrayList<>();
        child.onCancel(reason -> told.add("told"));
        child.end(Outcome.OK);
        parent.cancel(cancelled("enough"));
        assertThat(told).isEmpty();
        assertThat(child.cancellation()).isEmpty();
    }

    @Test
    void principalAndAttributesAreTheParents() {
        Principal ada = () -> "ada";
        parent.principal(ada);
        parent.attributes().put(TENANT, "acme");
        assertThat(child.principal()).contains(ada);
        assertThat(child.attributes().get(TENANT)).contains("acme");
        child.attributes().put(TENANT, "other");
        assertThat(parent.attributes().get(TENANT)).contains("other");
    }

    @Test
    void outboundCallOfTheSameMethodHasAttributesOfItsOwn() {
        parent.attributes().put(TENANT, "acme");
        CallScope outbound = CallScope.builder(parent.method()).parent(parent).build();
        assertThat(outbound.attributes().get(TENANT)).isEmpty();
        assertThat(call().principal()).isEmpty();
    }
}
