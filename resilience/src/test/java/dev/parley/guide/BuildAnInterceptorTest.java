package dev.parley.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.Pipe;
import dev.parley.testing.FakeTimer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The steps of {@code docs/guide/build-an-interceptor.md} do what it says of them, and it shows their code. */
class BuildAnInterceptorTest {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final FakeTimer timer = new FakeTimer();
    private final CallScope call = call(Method.unary("shop", "Buy"));

    private static CallScope call(Method method) {
        return CallScope.builder(method).build();
    }

    private <R> CallException failure(Interceptor interceptor, Handler<String, R> handler) {
        return catchThrowableOfType(CallException.class, () -> call.run(interceptor.before(handler), "one"));
    }

    static Stream<Interceptor> all(FakeTimer timer) {
        return Stream.of(new Measured(LIMIT, timer), new Interrupting(LIMIT, timer), new Complete(LIMIT, timer));
    }

    @Test
    void eachLetsACallInTimePassAndLeavesNothingBehind() throws Exception {
        for (Interceptor interceptor : all(timer).toList()) {
            String answer =
                    call(Method.unary("shop", "Buy")).run(interceptor.before((call, request) -> request + "!"), "one");
            assertThat(answer).isEqualTo("one!");
            assertThat(timer.waiting()).isZero();
        }
    }

    @Test
    void theFirstNoticesOnlyAfterwards() {
        CallException late = failure(new Measured(LIMIT, timer), (call, request) -> {
            timer.advance(Duration.ofSeconds(20));
            return "charged anyway";
        });
        assertThat(late.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    }

    @Test
    void theSecondInterruptsAndTellsTheReasonAndLimitsWhatIsCalledInside() throws Exception {
        for (Interceptor interceptor : List.of(new Interrupting(LIMIT, timer), new Complete(LIMIT, timer))) {
            CountDownLatch inside = new CountDownLatch(1);
            FutureTask<CallException> ended = new FutureTask<>(() -> catchThrowableOfType(
                    CallException.class,
                    () -> call(Method.unary("shop", "Buy"))
                            .run(
                                    interceptor.before((call, request) -> {
                                        assertThat(call.deadline().remaining()).isEqualTo(LIMIT);
                                        inside.countDown();
                                        new CountDownLatch(1).await();
                                        return "never";
                                    }),
                                    "one")));
            Thread.ofVirtual().start(ended);
            assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
            timer.advance(LIMIT);
            CallException error = ended.get(10, TimeUnit.SECONDS);
            assertThat(error).hasMessage("shop/Buy took longer than PT2S");
            assertThat(timer.waiting()).isZero();
        }
    }

    @Test
    void theThirdDropsAnAnswerThatComesLate() {
        CallException late = failure(new Complete(LIMIT, timer), (call, request) -> {
            timer.advance(LIMIT);
            return Thread.interrupted() ? "interrupted, and answered all the same" : "not interrupted";
        });
        assertThat(late.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
    }

    @Test
    void theThirdEndsAStreamThatGoesOnForTooLong() throws Exception {
        Pipe<String> rows = Messages.pipe(4);
        Method list = new Method("shop", "List", Method.Kind.SERVER_STREAMING, Method.Idempotency.NO_SIDE_EFFECTS);
        Handler<String, Messages<String>> handler = (call, request) -> rows.messages();
        Messages<String> stream = call(list).run(new Complete(LIMIT, timer).before(handler), "all");
        rows.send("first");
        assertThat(stream.receive()).isEqualTo("first");
        timer.advance(LIMIT);
        CallException late = catchThrowableOfType(CallException.class, stream::receive);
        assertThat(late.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(catchThrowableOfType(CallException.class, () -> rows.send("second")))
                .as("whoever produces hears of it")
                .isNotNull();
    }

    @Test
    void aWrongLimitIsToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Complete(Duration.ZERO, timer))
                .withMessage("limit must be positive, but is PT0S");
    }

    static Stream<String> snippets() throws IOException {
        String guide = Files.readString(Path.of("../docs/guide/build-an-interceptor.md"));
        return Stream.of(guide.split("```java\n", -1)).skip(1).map(part -> part.substring(0, part.indexOf("```")));
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void theGuideShowsThisCode(String snippet) throws IOException {
        List<String> lines = lines(snippet);
        StringBuilder all = new StringBuilder();
        for (String step : List.of("Measured", "Interrupting", "Complete", "BuildAnInterceptorTest")) {
            all.append(Files.readString(Path.of("src/test/java/dev/parley/guide/" + step + ".java")));
        }
        assertThat(Collections.indexOfSubList(lines(all.toString()), lines))
                .as("where the code is")
                .isNotNegative();
    }

    private static List<String> lines(String code) {
        return code.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
}
