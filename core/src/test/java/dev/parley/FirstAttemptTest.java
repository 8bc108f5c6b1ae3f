package dev.parley;

import static dev.parley.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** An attempt on the call itself, kept or taken back. */
class FirstAttemptTest {

    private final CallException busy = new CallException(Code.UNAVAILABLE, "busy");

    private final CallScope scope = CallScope.builder(Calls.METHOD)
            .requestHeaders(Metadata.of("x-a", "1", "x-b", "2"))
            .build();
    private final List<String> told = new ArrayList<>();

    private void listen(String who) {
        scope.onEnd(outcome -> told.add(who + (outcome.isOk() ? " ok" : " failed")));
        scope.onCancel(reason -> told.add(who + " cancelled"));
    }

    @Test
    void aKeptAttemptEndsWithItsCall() {
        listen("outside");
        assertThat(scope.mark()).isNotNegative();
        listen("attempt");
        scope.requestHeaders().put("x-a", "new");
        scope.responseTrailers().add("served-by", "one");
        scope.keep();
        assertThat(told).isEmpty();
        scope.end(Outcome.OK);
        assertThat(told).containsExactly("outside ok", "attempt ok");
        assertThat(scope.requestHeaders().get("x-a")).contains("new");
        assertThat(scope.responseTrailers().get("served-by")).contains("one");
    }

    @Test
    void theListenersOfALostAttemptHearOfItsEndAndOfNothingElse() {
        listen("outside");
        long mark = scope.mark();
        listen("attempt");
        listen("attempt's other");
        scope.rollBack(mark, busy);
        assertThat(told).containsExactly("attempt failed", "attempt's other failed");
        told.clear();
        scope.cancel(Calls.cancelled("enough"));
        scope.end(Outcome.failed(busy));
        assertThat(told).containsExactly("outside cancelled", "outside failed");
    }

    @Test
    void aListenerThatWasThereBeforeMayLeaveMeanwhile() {
        Call.Registration before = scope.onEnd(outcome -> told.add("before"));
        scope.onEnd(outcome -> told.add("outside"));
        long mark = scope.mark();
        Call.Registration during = scope.onEnd(outcome -> told.add("left"));
        listen("attempt");
        before.remove();
        during.remove();
        scope.rollBack(mark, busy);
        assertThat(told).containsExactly("attempt failed");
        scope.end(Outcome.OK);
        assertThat(told).containsExactly("attempt failed", "outside");
    }

    @Test
    void theMetadataOfALostAttemptIsGone() {
        long mark = scope.mark();
        scope.requestHeaders().remove("x-a").put("x-b", "other").add("traceparent", "one");
        scope.responseHeaders().add("served-by", "one");
        scope.responseTrailers().add("took", "1");
        scope.rollBack(mark, busy);
        assertThat(scope.requestHeaders()).isEqualTo(Metadata.of("x-a", "1", "x-b", "2"));
        assertThat(scope.responseHeaders().isEmpty()).isTrue();
        assertThat(scope.responseTrailers().isEmpty()).isTrue();
    }

    @Test
    void attemptsOnTheCallAreNotNested() {
        long mark = scope.mark();
        assertThat(scope.mark()).isNegative();
        scope.rollBack(mark, busy);
        assertThatThrownBy(() -> scope.rollBack(mark, busy)).isInstanceOf(IllegalStateException.class);
        assertThat(scope.mark()).isNotNegative();
        scope.keep();
    }

    @Test
    void responseMetadataThatIsThereCannotBeKeptSafe() {
        scope.responseHeaders();
        assertThat(scope.mark()).isNotNegative();
        scope.keep();
        scope.responseHeaders().add("vary", "origin");
        assertThat(scope.mark()).isNegative();
    }

    @Test
    void aCancellationReachesTheListenersOfTheAttemptThatIsUnderWay() {
        scope.mark();
        listen("attempt");
        scope.cancel(Calls.cancelled("enough"));
        assertThat(told).containsExactly("attempt cancelled");
    }

    @Test
    void anAttemptTakesThePlaceOfItsParent() throws Exception {
        CallScope inbound = call();
        CallScope outbound = CallScope.builder(Calls.METHOD).parent(inbound).build();
        CallScope ofInbound = CallScope.child(inbound);
        CallScope ofOutbound = CallScope.child(outbound);
        List<Call> current = new ArrayList<>();
        Calls.in(inbound, () -> {
            ofInbound.attempt((call, request) -> current.add(Call.current()), "q");
            return ofOutbound.attempt((call, request) -> current.add(Call.current()), "q");
        });
        assertThat(current).containsExactly(ofInbound, inbound);
    }

    @Test
    void aKeptChildsLaterTrailersAreItsParents() {
        CallScope child = CallScope.child(scope);
        child.responseHeaders().add("served-by", "two");
        child.keepMetadata();
        child.responseTrailers().add("took", "1");
        child.keepMetadata();
        assertThat(scope.responseHeaders().getAll("served-by")).containsExactly("two");
        assertThat(scope.responseTrailers().getAll("took")).containsExactly("1");
    }

    /** Whatever is done to the headers meanwhile, they are as they were; done again on a copy, it comes to the same. */
    @Property(tries = 300)
    void headersAreRestored(
            @ForAll @Size(max = 20) List<@IntRange(min = 0, max = 11) Integer> before,
            @ForAll @Size(max = 20) List<@IntRange(min = 0, max = 11) Integer> during) {
        Metadata headers = new Metadata();
        before.forEach(step -> change(headers, step));
        Metadata copy = new Metadata(headers);
        Metadata changed = new Metadata(headers);
        CallScope attempted =
                CallScope.builder(Calls.METHOD).requestHeaders(headers).build();
        long mark = attempted.mark();
        during.forEach(step -> change(headers, step));
        during.forEach(step -> change(changed, step));
        assertThat(headers).isEqualTo(changed);
        attempted.rollBack(mark, busy);
        assertThat(headers).isEqualTo(copy);
    }

    private static void change(Metadata headers, int step) {
        String name = "h" + step % 4;
        switch (step / 4) {
            case 0 -> headers.add(name, "v" + headers.size());
            case 1 -> headers.put(name, "p" + headers.size());
            default -> headers.remove(name);
        }
    }
}
