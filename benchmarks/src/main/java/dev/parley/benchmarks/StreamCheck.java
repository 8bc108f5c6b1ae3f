package dev.parley.benchmarks;

import com.google.protobuf.MessageLite;
import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.ManyRequest;
import dev.parley.benchmarks.echo.StreamServiceGrpc;
import dev.parley.benchmarks.echo.SumResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Around the load: writes the bodies {@code many} and {@code messages} of gRPC requests to the folder that is the first
 * argument, for as many messages a call as the second says, and calls the server on each port that follows with
 * grpc-java's client, once for each kind of stream. Fails unless every answer is right.
 */
final class StreamCheck {

    private StreamCheck() {}

    public static void main(String[] args) throws Exception {
        if (args.length < 3) {
            throw new IllegalArgumentException("arguments: FOLDER MESSAGES PORT...");
        }
        Path folder = Path.of(args[0]);
        int count = Integer.parseInt(args[1]);
        ManyRequest many = ManyRequest.newBuilder().setCount(count).build();
        Files.write(folder.resolve("many"), frames(many, 1));
        Files.write(folder.resolve("messages"), frames(Streams.SAMPLE, count));
        for (String port : List.of(args).subList(2, args.length)) {
            ManagedChannel channel = ManagedChannelBuilder.forTarget("127.0.0.1:" + port)
                    .usePlaintext()
                    .build();
            try {
                check(StreamServiceGrpc.newStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS), many);
            } finally {
                channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
            }
        }
    }

    private static byte[] frames(MessageLite message, int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (int i = 0; i < count; i++) {
            out.writeByte(0); // not compressed
            out.writeInt(message.getSerializedSize());
            message.writeTo(out);
        }
        return bytes.toByteArray();
    }

    private static void check(StreamServiceGrpc.StreamServiceStub stub, ManyRequest many) throws Exception {
        int count = many.getCount();
        All<EchoResponse> sent = new All<>();
        stub.many(many, sent);
        checkAll(sent.all(), count);

        All<SumResponse> sum = new All<>();
        send(stub.sum(sum), count);
        SumResponse expected = SumResponse.newBuilder()
                .setCount(count)
                .setCharacters((long) count * Streams.SAMPLE.getText().length())
                .build();
        if (!sum.all().equals(List.of(expected))) {
            throw new IllegalStateException("sent " + count + " messages but was answered " + sum.all());
        }

        All<EchoResponse> answers = new All<>();
        send(stub.chat(answers), count);
        checkAll(answers.all(), count);
    }

    private static void send(StreamObserver<EchoRequest> to, int count) {
        for (int i = 0; i < count; i++) {
            to.onNext(Streams.SAMPLE);
        }
        to.onCompleted();
    }

    private static void checkAll(List<EchoResponse> responses, int count) {
        if (responses.size() != count) {
            throw new IllegalStateException("wanted " + count + " messages but got " + responses.size());
        }
        responses.forEach(response -> Echo.check(Streams.SAMPLE, response));
    }

    private static final class All<T> implements StreamObserver<T> {
        private final List<T> messages = new ArrayList<>();
        private final CompletableFuture<List<T>> ended = new CompletableFuture<>();

        List<T> all() throws Exception {
            return ended.get(30, TimeUnit.SECONDS);
        }

        @Override
        public void onNext(T message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable error) {
            ended.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            ended.complete(messages);
        }
    }
}
