package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Pipe;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.ErrorDetails;
import dev.parley.rpc.interop.v1.Answer;
import dev.parley.rpc.interop.v1.Ask;
import dev.parley.rpc.interop.v1.InteropService;
import dev.parley.rpc.interop.v1.InteropServiceGrpc;
import io.grpc.Context;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Parley's client against grpc-java's server. */
@Timeout(30)
class GrpcJavaServerTest {

    private final GrpcInterop service = new GrpcInterop();
    private Server server;
    private Channel channel;
    private InteropService.Client client;

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(service)
                .build()
                .start();
        channel = Channel.builder("http://127.0.0.1:" + server.getPort()).build();
        client = InteropService.client(channel);
    }

    @AfterEach
    void stop() throws Exception {
        channel.close();
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }

    private static Ask ask(String text) {
        return Ask.newBuilder().setText(text).build();
    }

    @Test
    void unary() {
        assertThat(client.unary(ask("hello")).getText()).isEqualTo("hello");
    }

    @Test
    void serverStream() {
        try (Messages<Answer> answers =
                client.serverStream(ask("s").toBuilder().setCount(1000).build())) {
            assertThat(answers.toList(2000)).hasSize(1000);
        }
    }

    @Test
    void clientStream() {
        Answer answer = client.clientStream(Messages.from(
                IntStream.range(0, 100).mapToObj(i -> ask("m" + i)).toList()));
        assertThat(answer.getIndex()).isEqualTo(100);
    }

    @Test
    void bidiTurnByTurn() {
        Pipe<Ask> requests = Messages.pipe(1);
        try (Messages<Answer> answers = client.bidi(requests.messages())) {
            Iterator<Answer> iterator = answers.iterator();
            for (int i = 0; i < 100; i++) {
                requests.send(ask("m" + i));
                assertThat(iterator.next().getText()).isEqualTo("m" + i);
            }
            requests.complete();
            assertThat(iterator.hasNext()).isFalse();
        }
    }

    @Test
    void errorsCarryCodeMessageAndDetails() {
        for (Code code : Code.values()) {
            CallException thrown = catchThrowableOfType(
                    CallException.class,
                    () -> client.unary(
                            ask("e").toBuilder().setFailCode(code.number()).build()));
            assertThat(thrown.code()).isEqualTo(code);
            assertThat(thrown.message()).isEqualTo("failed as asked: ü %");
            assertThat(thrown.origin()).isEqualTo(CallException.Origin.REMOTE);
            assertThat(ErrorDetails.find(thrown, BadRequest.getDefaultInstance()))
                    .contains(ParleyInterop.detail());
        }
    }

    @Test
    void aFailureInMidStreamComesBehindItsMessages() {
        List<Answer> received = new ArrayList<>();
        CallException thrown = catchThrowableOfType(
                CallException.class,
                () -> client.serverStream(
                                ask("s").toBuilder().setCount(3).setFailCode(9).build())
                        .forEach(received::add));
        assertThat(received).hasSize(3);
        assertThat(thrown.code()).isEqualTo(Code.FAILED_PRECONDITION);
    }

    @Test
    void theDeadlineTravelsAndEndsTheCall() throws Exception {
        CallException thrown = catchThrowableOfType(
                CallException.class,
                () -> client.with(CallOptions.defaults().withTimeout(Duration.ofMillis(800)))
                        .unary(ask("late").toBuilder().setWaitMs(60_000).build()));
        assertThat(thrown.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        assertThat(service.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closingAStreamEarlyCancelsItAtTheServer() throws Exception {
        try (Messages<Answer> answers = client.serverStream(
                ask("c").toBuilder().setCount(1).setWaitMs(60_000).build())) {
            assertThat(answers.receive()).isNotNull();
        }
        assertThat(service.cancelled.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(client.unary(ask("next")).getText()).isEqualTo("next");
    }

    /** The service on grpc-java. */
    private static final class GrpcInterop extends InteropServiceGrpc.InteropServiceImplBase {

        final CountDownLatch cancelled = new CountDownLatch(1);

        private static boolean failed(Ask request, StreamObserver<Answer> out) {
            if (request.getFailCode() == 0) {
                return false;
            }
            out.onError(StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                    .setCode(request.getFailCode())
                    .setMessage("failed as asked: ü %")
                    .addDetails(Any.pack(ParleyInterop.detail()))
                    .build()));
            return true;
        }

        /** True if the call is left open, to be seen cancelled. */
        private boolean waits(Ask request) {
            if (request.getWaitMs() == 0) {
                return false;
            }
            Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
            return true;
        }

        @Override
        public void unary(Ask request, StreamObserver<Answer> out) {
            if (!waits(request) && !failed(request, out)) {
                out.onNext(Answer.newBuilder().setText(request.getText()).build());
                out.onCompleted();
            }
        }

        @Override
        public void serverStream(Ask request, StreamObserver<Answer> out) {
            for (int i = 0; i < request.getCount(); i++) {
                out.onNext(Answer.newBuilder().setIndex(i).build());
            }
            if (!waits(request) && !failed(request, out)) {
                out.onCompleted();
            }
        }

        @Override
        public StreamObserver<Ask> clientStream(StreamObserver<Answer> out) {
            return new Requests(out) {
                private int count;

                @Override
                public void onNext(Ask request) {
                    count++;
                }

                @Override
                public void onCompleted() {
                    out.onNext(Answer.newBuilder().setIndex(count).build());
                    out.onCompleted();
                }
            };
        }

        @Override
        public StreamObserver<Ask> bidi(StreamObserver<Answer> out) {
            return new Requests(out) {
                @Override
                public void onNext(Ask request) {
                    out.onNext(Answer.newBuilder().setText(request.getText()).build());
                }
            };
        }

        private abstract static class Requests implements StreamObserver<Ask> {
            private final StreamObserver<Answer> out;

            Requests(StreamObserver<Answer> out) {
                this.out = out;
            }

            @Override
            public void onError(Throwable thrown) {}

            @Override
            public void onCompleted() {
                out.onCompleted();
            }
        }
    }
}
