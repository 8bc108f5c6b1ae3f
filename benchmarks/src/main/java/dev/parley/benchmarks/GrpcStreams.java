package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.ManyRequest;
import dev.parley.benchmarks.echo.StreamServiceGrpc;
import dev.parley.benchmarks.echo.SumResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * The stream service as grpc-java wants it. Back-pressure is the handler's affair there: it sends while the call is ready,
 * and asks for the next message once it may answer it, as grpc-java's example of manual flow control does.
 */
final class GrpcStreams extends StreamServiceGrpc.StreamServiceImplBase {

    @Override
    public void many(ManyRequest request, StreamObserver<EchoResponse> responses) {
        ServerCallStreamObserver<EchoResponse> call = (ServerCallStreamObserver<EchoResponse>) responses;
        call.setOnReadyHandler(new Runnable() {
            private int left = request.getCount();
            private boolean completed;

            @Override
            public void run() {
                while (left > 0 && call.isReady()) {
                    left--;
                    call.onNext(Streams.message());
                }
                if (left == 0 && !completed) {
                    completed = true;
                    call.onCompleted();
                }
            }
        });
    }

    @Override
    public StreamObserver<EchoRequest> sum(StreamObserver<SumResponse> responses) {
        return new StreamObserver<>() {
            private long count;
            private long characters;

            @Override
            public void onNext(EchoRequest request) {
                count++;
                characters += request.getText().length();
            }

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onCompleted() {
                responses.onNext(SumResponse.newBuilder()
                        .setCount(count)
                        .setCharacters(characters)
                        .build());
                responses.onCompleted();
            }
        };
    }

    @Override
    public StreamObserver<EchoRequest> chat(StreamObserver<EchoResponse> responses) {
        ServerCallStreamObserver<EchoResponse> call = (ServerCallStreamObserver<EchoResponse>) responses;
        Chat chat = new Chat(call);
        call.disableAutoRequest();
        call.setOnReadyHandler(chat::ready);
        return chat;
    }

    private static final class Chat implements StreamObserver<EchoRequest> {
        private final ServerCallStreamObserver<EchoResponse> call;
        private boolean asked;

        private Chat(ServerCallStreamObserver<EchoResponse> call) {
            this.call = call;
        }

        private void ready() {
            if (!asked && call.isReady()) {
                asked = true;
                call.request(1);
            }
        }

        @Override
        public void onNext(EchoRequest request) {
            call.onNext(Echo.answer(request));
            asked = call.isReady();
            if (asked) {
                call.request(1);
            }
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {
            call.onCompleted();
        }
    }
}
