package dev.parley.rpc.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoService;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What does not fit into trailers is cut, but never inside a character. */
class LongErrorsTest {

    @ParameterizedTest
    @EnumSource(names = {"GRPC", "GRPC_WEB", "GRPC_WEB_TEXT"})
    void aLongMessageIsCutBetweenCharacters(RpcProtocol protocol) {
        for (String character : List.of("x", "\u00fc", "\u732b", "\ud83d\udc31")) {
            for (int shift = 0; shift < 4; shift++) {
                String start = "x".repeat(shift);
                try (RpcServer server = RpcServer.builder()
                                .interceptors(List.of(failing(start + character.repeat(5000))))
                                .service(EchoService.DEFINITION, new Scripted())
                                .start();
                        Channel channel = Channel.builder("http://127.0.0.1:" + server.port())
                                .protocol(protocol)
                                .build()) {
                    CallException error = catchThrowableOfType(
                            CallException.class,
                            () -> EchoService.client(channel).echo(EchoRequest.getDefaultInstance()));
                    assertThat(error.code()).isEqualTo(Code.ABORTED);
                    assertThat(error.message()).matches(start + "(" + character + "){150,5000}");
                    assertThat(error.message().length()).isLessThan(3000);
                }
            }
        }
    }

    private static Interceptor failing(String message) {
        return new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) {
                throw new CallException(Code.ABORTED, message);
            }
        };
    }
}
