package dev.parley.benchmarks;

import dev.parley.benchmarks.echo.EchoRequest;
import dev.parley.benchmarks.echo.EchoResponse;
import dev.parley.benchmarks.echo.StreamServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Holds bidirectional streams to a server, with grpc-java's asynchronous client, whichever the server is. It obeys a
 * number on each line of its input and ends with it.
 *
 * <p>Arguments: {@code ping-pong PORT STREAMS}: a line says for how many seconds; on each stream a message is sent when
 * the answer to the last one has come; printed is the number of answers a second. {@code open PORT}: a line says how many
 * streams to open, each with one message answered, and to keep open, 100 on each connection; printed is how many are open.
 */
final class StreamClient {

    private static final int CHANNELS = 4;
    private static final int STREAMS_A_CHANNEL = 100;
    private static final int OPENED_AT_ONCE = 50;

    private final String target;
    private final List<ManagedChannel> channels = new ArrayList<>();

    private StreamClient(String target) {
        this.target = target;
    }

    /** What is done with the number on a line; returns what is printed. */
    @FunctionalInterface
    private interface Order {
        String obey(int number) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        StreamClient client = new StreamClient("127.0.0.1:" + args[1]);
        switch (args[0]) {
            case "ping-pong" -> client.serve(seconds -> client.pingPong(seconds, Integer.parseInt(args[2])));
            case "open" ->
                client.serve(new Order() {
                    private int open;

                    @Override
                    public String obey(int more) throws Exception {
                        client.open(open, more);
                        open += more;
                        return Integer.toString(open);
                    }
                });
            default -> throw new IllegalArgumentException("no client does " + args[0]);
        }
    }

    private void serve(Order order) throws Exception {
        System.out.println("ready");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(order.obey(Integer.parseInt(line)));
        }
        for (ManagedChannel channel : channels) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private StreamServiceGrpc.StreamServiceStub stub(int channel) {
        while (channels.size() <= channel) {
            // its own event loops run the call-backs, which only send the next message
            channels.add(ManagedChannelBuilder.forTarget(target)
                    .usePlaintext()
                    .directExecutor()
                    .build());
        }
        return StreamServiceGrpc.newStub(channels.get(channel));
    }

    private String pingPong(int seconds, int streams) throws Exception {
        long begin = System.nanoTime();
        long end = begin + TimeUnit.SECONDS.toNanos(seconds);
        List<PingPong> running = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            PingPong stream = new PingPong(end);
            stream.begin(stub(i % CHANNELS));
            running.add(stream);
        }
        long answers = 0;
        for (PingPong stream : running) {
            answers += stream.ended.get(seconds + 10L, TimeUnit.SECONDS);
        }
        return String.format(Locale.ROOT, "%.0f", answers * 1e9 / (System.nanoTime() - begin));
    }

    private void open(int already, int more) throws Exception {
        List<Opened> opening = new ArrayList<>();
        for (int i = already; i < already + more; i++) {
            Opened stream = new Opened();
            stub(i / STREAMS_A_CHANNEL).chat(stream).onNext(Streams.SAMPLE);
            opening.add(stream);
            if (opening.size() == OPENED_AT_ONCE || i == already + more - 1) {
                for (Opened one : opening) {
                    one.answered.get(30, TimeUnit.SECONDS);
                }
                opening.clear();
            }
        }
    }

    /** A stream that is left open behind its first answer. Its end is a failure. */
    private static final class Opened implements StreamObserver<EchoResponse> {
        private final CompletableFuture<EchoResponse> answered = new CompletableFuture<>();

        @Override
        public void onNext(EchoResponse response) {
            Echo.check(Streams.SAMPLE, response);
            answered.complete(response);
        }

        @Override
        public void onError(Throwable error) {
            if (!answered.completeExceptionally(error)) {
                System.err.println("an open stream failed: " + error);
            }
        }

        @Override
        public void onCompleted() {
            onError(new IOException("the server has ended the stream"));
        }
    }

    private static final class PingPong implements StreamObserver<EchoResponse> {
        private final long end;
        private final CompletableFuture<Long> ended = new CompletableFuture<>();
        private @Nullable StreamObserver<EchoRequest> requests;
        private long answers;

        private PingPong(long end) {
            this.end = end;
        }

        void begin(StreamServiceGrpc.StreamServiceStub stub) {
            StreamObserver<EchoRequest> begun = stub.chat(this);
            requests = begun;
            begun.onNext(Streams.SAMPLE);
        }

        @Override
        public void onNext(EchoResponse response) {
            Echo.check(Streams.SAMPLE, response);
            answers++;
            StreamObserver<EchoRequest> begun = Objects.requireNonNull(requests);
            if (System.nanoTime() - end < 0) {
                begun.onNext(Streams.SAMPLE);
            } else {
                begun.onCompleted();
            }
        }

        @Override
        public void onError(Throwable error) {
            ended.completeExceptionally(error);
        }

        @Override
        public void onCompleted() {
            ended.complete(answers);
        }
    }
}
