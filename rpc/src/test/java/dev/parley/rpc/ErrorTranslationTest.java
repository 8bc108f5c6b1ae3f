package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Method;
import dev.parley.RetryAdvice;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorTranslationTest {

    private static EchoService client(ErrorTranslation translation) {
        RpcHandler handler = RpcHandler.builder()
                .service(EchoService.DEFINITION, new EchoImplementation())
                .build();
        return EchoService.client(Channel.builder("in-process")
                .inProcess(handler)
                .interceptors(List.of(translation))
                .build());
    }

    private static CallException failure(EchoService client, Code code) {
        EchoRequest request =
                EchoRequest.newBuilder().setFailWith(code.number()).build();
        return catchThrowableOfType(CallException.class, () -> client.echo(request));
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void theDefaultTable(Code code) {
        CallException error = failure(client(ErrorTranslation.defaults()), code);
        boolean kept = switch (code) {
            case NOT_FOUND, FAILED_PRECONDITION, UNAVAILABLE, DEADLINE_EXCEEDED -> true;
            default -> false;
        };
        assertThat(error.code()).isEqualTo(kept ? code : Code.INTERNAL);
        assertThat(error.details()).hasSize(kept ? 1 : 0);
        assertThat(error.message().contains("as asked")).isEqualTo(kept);
    }

    @Test
    void aTableOfOnesOwn() {
        EchoService client = client(ErrorTranslation.defaults()
                .map(Code.NOT_FOUND, Code.INVALID_ARGUMENT)
                .map(Code.ABORTED, Code.UNAVAILABLE, "try later"));
        assertThat(failure(client, Code.NOT_FOUND).code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure(client, Code.NOT_FOUND).details()).hasSize(1);
        CallException aborted = failure(client, Code.ABORTED);
        assertThat(aborted.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(aborted.message()).isEqualTo("try later");
        assertThat(aborted.details()).isEmpty();
    }

    @Test
    void insideAStream() {
        Messages<EchoResponse> stream = client(ErrorTranslation.defaults())
                .repeat(EchoRequest.newBuilder().setCount(1).setFailWith(7).build());
        assertThat(stream.receive()).isNotNull();
        CallException error = catchThrowableOfType(CallException.class, stream::receive);
        assertThat(error.code()).isEqualTo(Code.INTERNAL);
    }

    @Test
    void aLocalFailureNamesTheServiceAndNotItsAddress() {
        CallScope call = CallScope.builder(Method.unary("shop.Stock", "Check")).build();
        Handler<String, String> unreachable = (c, q) -> {
            throw new CallException(Code.UNAVAILABLE, "could not connect to 127.0.0.1:7002")
                    .withRetryAdvice(RetryAdvice.NEVER_LEFT);
        };
        assertThatThrownBy(() -> ErrorTranslation.defaults().intercept(call, "q", unreachable))
                .isInstanceOfSatisfying(CallException.class, error -> {
                    assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
                    assertThat(error.message()).isEqualTo("shop.Stock is not available");
                    assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.UNSTATED);
                });
    }
}
