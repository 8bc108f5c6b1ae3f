package dev.parley.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Method.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;

/** What a suite of calls asks of its subject, and the steps that its tests have in common. */
abstract class CallSuite {

    Sightings ends = new Sightings(patience());
    Stage stage = new Stage(ends);

    /** A client for a unary method answered by {@code server}. */
    protected abstract Handler<String, String> unary(Handler<String, String> server) throws Exception;

    /** A client for a method that streams responses, answered by {@code server}. */
    protected abstract Handler<String, Messages<String>> serverStreaming(Handler<String, Messages<String>> server)
            throws Exception;

    /** A client for a method that streams requests, answered by {@code server}. */
    protected abstract Handler<Messages<String>, String> clientStreaming(Handler<Messages<String>, String> server)
            throws Exception;

    /** A client for a method that streams both ways, answered by {@code server}. */
    protected abstract Handler<Messages<String>, Messages<String>> bidi(
            Handler<Messages<String>, Messages<String>> server) throws Exception;

    /**
     * How many messages of {@link #payload} a producer may at most be ahead of a reader that has stopped; for a transport
     * the sum of its windows and buffers. 64 unless overridden.
     */
    protected int runAhead() {
        return 64;
    }

    /** One message of the back-pressure tests; a transport that counts bytes makes it large. */
    protected String payload() {
        return "x".repeat(64);
    }

    /** How long the suite waits for what must happen. */
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    @BeforeEach
    final void forget() {
        ends = new Sightings(patience());
        stage = new Stage(ends);
    }

    final int total() {
        return 2 * runAhead() + 100;
    }

    /** From another thread, as a user does who presses a button. */
    static void cancel(CallScope outer) {
        Thread.ofVirtual().start(() -> outer.cancel(new CallException(Code.CANCELLED, "enough")));
    }

    final <Q> void expectStopped(
            String stopped, Code code, CallScope outer, Handler<Q, Messages<String>> client, Q request, Runnable stop)
            throws Exception {
        expectFailure(
                code,
                "",
                () -> Stage.within(outer, () -> {
                    try (Messages<String> rows = client.handle(outer, request)) {
                        assertThat(rows.receive()).isEqualTo("first");
                        stop.run();
                        return String.valueOf(rows.receive());
                    }
                }));
        ends.expectFailed(stopped);
        ends.expectFailed("server call");
        ends.expectFailed("client call");
    }

    final <Q> void expectMessagesThenFailure(Kind kind, Handler<Q, Messages<String>> client, Q request)
            throws Exception {
        CallScope outer = stage.outer(kind);
        List<String> rows = new ArrayList<>();
        expectFailure(
                Code.FAILED_PRECONDITION,
                "broken",
                () -> Stage.within(outer, () -> {
                    try (Messages<String> messages =
                            client.handle(outer, request).onClose(ends.of("client responses"))) {
                        messages.forEach(rows::add);
                        return "";
                    }
                }));
        assertThat(rows).containsExactly("a", "b");
    }

    static void expectFailure(Code code, String message, Callable<?> body) {
        assertThatThrownBy(body::call)
                .isInstanceOfSatisfying(
                        CallException.class,
                        error -> assertThat(error.code()).as(error.toString()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
