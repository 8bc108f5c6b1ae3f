package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RetryingSpikeTest {

    private final Interceptor retry = new RetryingSpike(3, 4);
    private final AtomicInteger attempts = new AtomicInteger();
    private final List<Outcome> ends = new ArrayList<>();

    private static CallScope call(Method.Kind kind) {
        return CallScope.builder(new Method("test.Service", "Do", kind, Method.Idempotency.IDEMPOTENT))
                .build();
    }

    /** Counts the attempt and fails it unless it is number {@code good}. */
    private int attempt(Call call, int good) {
        int number = attempts.incrementAndGet();
        call.onEnd(ends::add);
        call.requestHeaders().add("touched", "by attempt");
        call.responseTrailers().add("attempt", "" + number);
        if (number < good) {
            throw new CallException(Code.UNAVAILABLE, "busy " + number);
        }
        return number;
    }

    @Test
    void unaryIsTriedAgainAndKeepsOnlyTheMetadataOfTheLastAttempt() throws Exception {
        CallScope scope = call(Method.Kind.UNARY);
        Handler<String, String> client = retry.before((call, name) -> name + attempt(call, 3));
        assertThat(scope.run(client, "try ")).isEqualTo("try 3");
        assertThat(scope.responseTrailers().getAll("attempt")).containsExactly("3");
        assertThat(scope.requestHeaders().isEmpty()).isTrue();
        assertThat(ends).extracting(Outcome::isOk).containsExactly(false, false, true);
    }

    @Test
    void givesUpAfterTheLastAttemptAndAtOnceForWhatNoRepeatCures() {
        Handler<String, String> busy = retry.before((call, name) -> name + attempt(call, 9));
        assertThatThrownBy(() -> call(Method.Kind.UNARY).run(busy, "q")).hasMessage("busy 3");
        attempts.set(0);
        Handler<String, String> wrong = retry.before((call, name) -> {
            attempts.incrementAndGet();
            throw new CallException(Code.INVALID_ARGUMENT, "no");
        });
        assertThatThrownBy(() -> call(Method.Kind.UNARY).run(wrong, "q")).hasMessage("no");
        assertThat(attempts).hasValue(1);
    }

    @Test
    void cancelledCallIsNotTriedAgain() {
        CallScope scope = call(Method.Kind.UNARY);
        Handler<String, String> client = retry.before((call, name) -> {
            scope.cancel(Calls.cancelled("enough"));
            return name + attempt(call, 9);
        });
        assertThatThrownBy(() -> scope.run(client, "q")).isInstanceOf(CallException.class);
        assertThat(attempts).hasValue(1);
    }

    @Test
    void requestsAreReplayed() throws Exception {
        Handler<Messages<String>, String> client = retry.before((call, requests) -> {
            String first = requests.receive();
            attempt(call, 3);
            return first + requests.toList(9);
        });
        assertThat(call(Method.Kind.CLIENT_STREAMING).run(client, Messages.of("a", "b", "c")))
                .isEqualTo("a[b, c]");
        assertThat(attempts).hasValue(3);
    }

    @Test
    void requestsBeyondTheBufferAreNotReplayed() {
        Handler<Messages<String>, String> client = retry.before((call, requests) -> {
            requests.toList(9);
            return "" + attempt(call, 3);
        });
        assertThatThrownBy(() -> call(Method.Kind.CLIENT_STREAMING).run(client, Messages.of("a", "b", "c", "d", "e")))
                .hasMessage("busy 1");
    }

    @Test
    void requestsAreReleasedWhenTheAnswerComesEarly() throws Exception {
        Messages<String> endless = Messages.produce(sink -> {
            while (true) {
                sink.send("x");
            }
        });
        endless.onClose(ends::add);
        Handler<Messages<String>, String> client = retry.before((call, requests) -> "" + requests.receive());
        assertThat(call(Method.Kind.CLIENT_STREAMING).run(client, endless)).isEqualTo("x");
        assertThat(ends).extracting(Outcome::isOk).containsExactly(false);
    }

    @Test
    void responsesAreTriedAgainBeforeTheFirstMessage() throws Exception {
        CallScope scope = call(Method.Kind.SERVER_STREAMING);
        Handler<String, Messages<String>> client = retry.before((call, name) -> Messages.produce(sink -> {
            sink.send(name + attempt(call, 3));
            sink.send("more");
        }));
        assertThat(Calls.in(scope, () -> client.handle(scope, "try ").toList(9)))
                .containsExactly("try 3", "more");
        assertThat(scope.responseTrailers().getAll("attempt")).containsExactly("3");
        assertThat(ends).extracting(Outcome::isOk).containsExactly(false, false, true);
    }

    @Test
    void responsesAreNotTriedAgainBehindTheFirstMessage() throws Exception {
        Handler<String, Messages<String>> client = retry.before((call, name) -> Messages.produce(sink -> {
            sink.send("first");
            attempt(call, 3);
        }));
        CallScope scope = call(Method.Kind.SERVER_STREAMING);
        Messages<String> stream = scope.run(client, "q");
        assertThat(stream.receive()).isEqualTo("first");
        assertThatThrownBy(stream::receive).hasMessage("busy 1");
        assertThat(attempts).hasValue(1);
    }

    @Test
    void bothStreamsAreTriedAgainTogether() throws Exception {
        Handler<Messages<String>, Messages<String>> client = retry.before((call, requests) -> Messages.produce(sink -> {
            String first = String.valueOf(requests.receive());
            sink.send(first + attempt(call, 2));
            requests.drain(sink);
        }));
        CallScope scope = call(Method.Kind.BIDI_STREAMING);
        assertThat(scope.run(client, Messages.of("a", "b")).toList(9)).containsExactly("a2", "b");
    }
}
