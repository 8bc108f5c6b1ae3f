package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.RetryAdvice;
import dev.parley.resilience.Retry;
import dev.parley.resilience.RetryBudget;
import dev.parley.resilience.RetryPolicy;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.library.Book;
import dev.parley.rpc.library.GetBookRequest;
import dev.parley.rpc.library.LibraryService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A hop that has tried all it may says so, over every protocol, and the hops above do not multiply its attempts. */
@Timeout(30)
class ExhaustedRetriesTest {

    private static final RetryPolicy FAST =
            RetryPolicy.defaults().withBackoff(Duration.ofNanos(1), 1, Duration.ofMillis(1));

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Queue<String> previous = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    private static Retry retry() {
        return new Retry("library", FAST, RetryBudget.defaults());
    }

    private Channel channel(RpcProtocol protocol, LibraryService library, EchoService echo, boolean retries) {
        RpcServer server = RpcServer.builder()
                .service(LibraryService.DEFINITION, library)
                .service(EchoService.DEFINITION, echo)
                .start();
        opened.add(() -> server.shutdown(Duration.ZERO));
        ChannelBuilder builder =
                Channel.builder("http://127.0.0.1:" + server.port()).protocol(protocol);
        Channel channel = (retries ? builder.interceptors(List.of(retry())) : builder).build();
        opened.add(channel);
        return channel;
    }

    private static CallException never() {
        return new CallException(Code.UNAVAILABLE, "tried enough").withRetryAdvice(RetryAdvice.NEVER);
    }

    private static LibraryService.Client library(Channel channel) {
        return LibraryService.client(channel)
                .with(CallOptions.defaults().withIdempotencyKey("one")); // so it is safe to repeat
    }

    private static GetBookRequest book() {
        return GetBookRequest.newBuilder().setName("shelves/1/books/2").build();
    }

    @ParameterizedTest
    @EnumSource(RpcProtocol.class)
    void theCallerIsToldOverEveryProtocol(RpcProtocol protocol) {
        LibraryService.Client client =
                library(channel(protocol, new Failing(ExhaustedRetriesTest::never), new EchoImplementation(), false));
        CallException error = catchThrowableOfType(CallException.class, () -> client.getBook(book()));
        assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(error.message()).isEqualTo("tried enough");
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
    }

    @ParameterizedTest
    @EnumSource(value = RpcProtocol.class, mode = EnumSource.Mode.EXCLUDE, names = "REST")
    void aStreamTellsItToo(RpcProtocol protocol) {
        EchoService client = EchoService.client(
                channel(protocol, new Failing(ExhaustedRetriesTest::never), new FailingEcho(), false));
        CallException error = catchThrowableOfType(
                CallException.class,
                () -> client.repeat(EchoRequest.getDefaultInstance()).receive());
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
    }

    @ParameterizedTest
    @EnumSource(RpcProtocol.class)
    void threeHopsThatRetryMakeThreeAttemptsAndNotTwentySeven(RpcProtocol protocol) {
        Failing last = new Failing(() -> new CallException(Code.UNAVAILABLE, "busy"));
        EchoService echo = new EchoImplementation();
        LibraryService.Client third = library(channel(protocol, last, echo, true));
        LibraryService.Client second = library(channel(protocol, new Passing(third), echo, true));
        LibraryService.Client first = library(channel(protocol, new Passing(second), echo, true));
        CallException error = catchThrowableOfType(CallException.class, () -> first.getBook(book()));
        assertThat(error.message()).isEqualTo("busy");
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
        assertThat(previous).containsExactly("none", "1", "2");
    }

    /** Also where the hop in the middle translates errors. */
    @ParameterizedTest
    @EnumSource(RpcProtocol.class)
    void translatedErrorsStillTellIt(RpcProtocol protocol) {
        LibraryService.Client unreachable = LibraryService.client(Channel.builder("http://127.0.0.1:1")
                .protocol(protocol)
                .interceptors(List.of(ErrorTranslation.defaults(), retry()))
                .build());
        LibraryService.Client client =
                library(channel(protocol, new Passing(unreachable), new EchoImplementation(), false));
        CallException error = catchThrowableOfType(CallException.class, () -> client.getBook(book()));
        assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(error.message()).contains("is not available");
        assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
    }

    private static final class FailingEcho implements EchoService {
        @Override
        public EchoResponse echo(EchoRequest request) {
            throw never();
        }

        @Override
        public Messages<EchoResponse> repeat(EchoRequest request) {
            return Messages.failed(never());
        }

        @Override
        public EchoResponse join(Messages<EchoRequest> requests) {
            throw never();
        }

        @Override
        public Messages<EchoResponse> chat(Messages<EchoRequest> requests) {
            throw never();
        }
    }

    /** Lets errors through as they are. */
    private static class Passing extends RestTest.Library {
        private final LibraryService behind;

        Passing(LibraryService behind) {
            this.behind = behind;
        }

        @Override
        public Book getBook(GetBookRequest request) {
            return behind.getBook(request);
        }
    }

    private final class Failing extends RestTest.Library {
        private final java.util.function.Supplier<CallException> error;

        Failing(java.util.function.Supplier<CallException> error) {
            this.error = error;
        }

        @Override
        public Book getBook(GetBookRequest request) {
            previous.add(Call.current()
                    .requestHeaders()
                    .get("grpc-previous-rpc-attempts")
                    .orElse("none"));
            throw error.get();
        }
    }
}
