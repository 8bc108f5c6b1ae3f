package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method.Kind;
import dev.parley.RetryAdvice;
import dev.parley.resilience.ResilienceEvent.FallbackUsed;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FallbackTest {

    private final Talk talk = new Talk();
    private final Fallback<String> fallback = new Fallback<>(
            "suggestions",
            FallbackPolicy.defaults(),
            (call, error) -> "none for " + call.method() + ": " + error.code());

    private static Handler<String, String> failing(Code code) {
        return (call, q) -> {
            throw Talk.failing(code, RetryAdvice.UNSTATED);
        };
    }

    @Test
    void aCallThatSucceedsIsLeftAlone() throws Exception {
        fallback.listen(talk.events::add);
        assertThat(fallback.<String>before((call, q) -> q).handle(Talk.call(), "q"))
                .isEqualTo("q");
        assertThat(talk.events).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void theServicesTroubleIsAnsweredAndAllElseThrown(Code code) throws Exception {
        fallback.listen(talk.events::add);
        boolean answered = EnumSet.of(
                        Code.UNAVAILABLE,
                        Code.DEADLINE_EXCEEDED,
                        Code.RESOURCE_EXHAUSTED,
                        Code.INTERNAL,
                        Code.UNKNOWN,
                        Code.DATA_LOSS)
                .contains(code);
        Handler<String, String> guarded = fallback.before(failing(code));
        if (answered) {
            assertThat(guarded.handle(Talk.call(), "q")).isEqualTo("none for shop/Do: " + code);
            assertThat(talk.events).singleElement().isInstanceOf(FallbackUsed.class);
            assertThat(fallback.snapshot()).isEqualTo(new Fallback.Snapshot("suggestions", 1, 0));
        } else {
            assertThatThrownBy(() -> guarded.handle(Talk.call(), "q"))
                    .isInstanceOfSatisfying(
                            CallException.class,
                            error -> assertThat(error.code()).isEqualTo(code));
            assertThat(talk.events).isEmpty();
        }
    }

    @Test
    void aCancelledCallIsNotAnswered() {
        CallScope call = Talk.call();
        Handler<String, String> guarded = fallback.before((scope, q) -> {
            call.cancel(new CallException(Code.CANCELLED, "enough"));
            throw Talk.unavailable("busy");
        });
        assertThatThrownBy(() -> guarded.handle(call, "q")).hasMessage("busy");
    }

    @Test
    void aFallbackThatFailsIsTheErrorWithTheFirstSuppressed() {
        IllegalStateException trouble = new IllegalStateException("no older answer either");
        Fallback<String> broken = new Fallback<>("broken", FallbackPolicy.defaults(), (call, error) -> {
            throw trouble;
        });
        assertThatThrownBy(() -> broken.before(failing(Code.UNAVAILABLE)).handle(Talk.call(), "q"))
                .isSameAs(trouble)
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(CallException.class));
        assertThat(broken.snapshot().failed()).isEqualTo(1);
        Fallback<String> same = new Fallback<>("same", FallbackPolicy.defaults(), (call, error) -> {
            throw error;
        });
        assertThatThrownBy(() -> same.before(failing(Code.UNAVAILABLE)).handle(Talk.call(), "q"))
                .hasMessageContaining("UNAVAILABLE");
    }

    @Test
    void aCallableIsAnsweredWithAndWithoutACall() throws Exception {
        assertThat(fallback.call(() -> "well")).isEqualTo("well");
        assertThat(fallback.call(() -> {
                    throw Talk.unavailable("busy");
                }))
                .isEqualTo("none for fallback/suggestions: UNAVAILABLE");
        assertThat(Talk.within(
                        Talk.call(),
                        () -> fallback.call(() -> {
                            throw new IllegalStateException("a bug");
                        })))
                .isEqualTo("none for shop/Do: INTERNAL");
        assertThatThrownBy(() -> fallback.call(() -> {
                    throw new CallException(Code.NOT_FOUND, "none");
                }))
                .hasMessage("none");
    }

    @Test
    void anInterceptorForOneMethodAnswersInItsType() throws Exception {
        Interceptor interceptor = fallback.asInterceptor();
        assertThat(interceptor.before(failing(Code.UNAVAILABLE)).handle(Talk.call(), "q"))
                .isEqualTo("none for shop/Do: UNAVAILABLE");
    }

    @Test
    void aResponseThatIsAFailureIsDiscardedAndAnswered() throws Exception {
        List<Object> discarded = new java.util.ArrayList<>();
        Classifier statuses = new Classifier() {
            @Override
            public @Nullable CallException failure(@Nullable Object response) {
                return "503".equals(response)
                        ? Talk.unavailable("503")
                        : "404".equals(response) ? new CallException(Code.NOT_FOUND, "404") : null;
            }

            @Override
            public void discard(@Nullable Object response) {
                discarded.add(String.valueOf(response));
            }
        };
        Fallback<String> http = new Fallback<>("http", FallbackPolicy.defaults(), (call, error) -> "instead", statuses);
        assertThat(http.<String>before((call, q) -> q).handle(Talk.call(), "503"))
                .isEqualTo("instead");
        assertThat(http.<String>before((call, q) -> q).handle(Talk.call(), "404"))
                .isEqualTo("404");
        assertThat(http.call(() -> "503")).isEqualTo("instead");
        assertThat(discarded).containsExactly("503", "503");
    }

    // ---- streams

    private final Fallback<Messages<String>> streams =
            new Fallback<>("rows", FallbackPolicy.defaults(), (call, error) -> Messages.of("older"));

    private Messages<String> rows(Handler<String, Messages<String>> handler) throws Exception {
        return streams.before(handler).handle(Talk.call(Kind.SERVER_STREAMING, Deadline.NONE), "q");
    }

    @Test
    void aStreamThatFailsBeforeItsFirstMessageIsAnswered() throws Exception {
        assertThat(rows((call, q) -> Messages.failed(Talk.unavailable("busy"))).toList(9))
                .containsExactly("older");
        assertThat(rows((call, q) -> {
                            throw Talk.unavailable("busy");
                        })
                        .toList(9))
                .containsExactly("older");
    }

    @Test
    void aStreamThatFailsBehindItsFirstMessageIsNot() throws Exception {
        Messages<String> broken = rows((call, q) -> Messages.produce(sink -> {
            sink.send("first");
            throw Talk.unavailable("broken");
        }));
        assertThat(broken.receive()).isEqualTo("first");
        assertThatThrownBy(broken::receive).hasMessage("broken");
        assertThat(streams.snapshot().used()).isZero();
    }

    @Test
    void anEmptyStreamIsAnAnswer() throws Exception {
        assertThat(rows((call, q) -> Messages.of()).toList(9)).isEmpty();
    }

    // ---- policy

    @Test
    void wrongCodesAreNamed() {
        assertThatThrownBy(() -> new FallbackPolicy(Set.of(Code.CANCELLED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("codes")
                .hasMessageContaining("CANCELLED");
        assertThatThrownBy(() -> FallbackPolicy.defaults().withCodes(Set.of())).hasMessageContaining("[]");
    }
}
