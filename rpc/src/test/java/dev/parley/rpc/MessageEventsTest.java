package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.MessageEvent;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.http.Body;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.library.Book;
import dev.parley.rpc.library.CreateBookRequest;
import dev.parley.rpc.library.LibraryService;
import dev.parley.rpc.transcoding.TranscodingService;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the codecs tell of messages, against what was on the wire. */
@Timeout(60)
class MessageEventsTest {

    private static final String LONG = "all work and no play ".repeat(200);

    private final Heard onServer = new Heard();
    private final Heard onClient = new Heard();
    private final RpcServer server = RpcServer.builder()
            .service(EchoService.DEFINITION, new EchoImplementation())
            .service(LibraryService.DEFINITION, new RestTest.Library())
            .service(TranscodingService.DEFINITION, new Transcoding())
            .interceptors(List.of(onServer))
            .start();
    private final HttpClient http = HttpClient.create();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    /** An interceptor that listens, and knows when its call has ended. */
    private static final class Heard implements Interceptor {
        private final BlockingQueue<MessageEvent> events = new LinkedBlockingQueue<>();
        private final BlockingQueue<Boolean> ends = new LinkedBlockingQueue<>();

        @Override
        public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
            call.onMessage(events::add);
            call.onEnd(outcome -> ends.add(outcome.isOk()));
            return next.handle(call, request);
        }

        List<MessageEvent> of(MessageEvent.Direction direction) {
            return events.stream()
                    .filter(event -> event.direction() == direction)
                    .toList();
        }

        void awaitEnd() throws InterruptedException {
            assertThat(ends.poll(20, TimeUnit.SECONDS)).isNotNull();
        }
    }

    /** One message as it was on the wire. */
    private record Wire(int encodedBytes, int compressedBytes) {}

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    private ChannelBuilder channel(RpcProtocol protocol, HttpVersion version) {
        Handler<HttpRequest, HttpResponse> sender = http.over(version);
        return Channel.builder("http://127.0.0.1:" + server.port())
                .protocol(protocol)
                .interceptors(List.of(onClient))
                .transport((call, request) ->
                        seen(sender.handle(call, request.withBody(copied(request.body(), sent)))));
    }

    private HttpResponse seen(HttpResponse response) {
        return new HttpResponse(response.status(), response.headers(), copied(response.body(), received));
    }

    private static Body copied(Body body, ByteArrayOutputStream to) {
        Messages<byte[]> chunks = body.limit(Long.MAX_VALUE).chunks().map(chunk -> {
            to.writeBytes(chunk);
            return chunk;
        });
        return Body.stream(chunks, body::trailers);
    }

    private static EchoRequest text(String text, int count) {
        return EchoRequest.newBuilder().setText(text).setCount(count).build();
    }

    static Stream<Arguments> protocols() {
        return Stream.of(RpcProtocol.values())
                .filter(protocol -> protocol != RpcProtocol.REST) // whose contract is another
                .flatMap(protocol -> Stream.of(Codec.values())
                        .flatMap(codec -> Stream.of(Compression.values())
                                .map(compression -> Arguments.of(protocol, codec, compression))));
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void aUnaryCallTellsOfBothMessagesOnBothSides(RpcProtocol protocol, Codec codec, Compression compression)
            throws Exception {
        EchoService client = EchoService.client(channel(protocol, HttpVersion.HTTP_2)
                .codec(codec)
                .compression(compression)
                .build());
        assertThat(client.echo(text(LONG, 0)).getText()).isEqualTo(LONG);
        boolean bare = protocol == RpcProtocol.CONNECT;
        assertHeard(
                bare ? List.of(unpacked(sent.toByteArray())) : framed(protocol, sent.toByteArray()),
                bare ? List.of(unpacked(received.toByteArray())) : framed(protocol, received.toByteArray()));
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void aStreamOfAnswersTellsOfEach(RpcProtocol protocol, Codec codec, Compression compression) throws Exception {
        EchoService client = EchoService.client(channel(protocol, HttpVersion.HTTP_2)
                .codec(codec)
                .compression(compression)
                .build());
        assertThat(client.repeat(text(LONG, 3)).toList(9)).hasSize(3);
        assertHeard(framed(protocol, sent.toByteArray()), framed(protocol, received.toByteArray()));
        assertThat(onClient.of(MessageEvent.Direction.RECEIVED)).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void aChatTellsOfEachWay(RpcProtocol protocol, Codec codec, Compression compression) throws Exception {
        EchoService client = EchoService.client(channel(protocol, HttpVersion.HTTP_2)
                .codec(codec)
                .compression(compression)
                .build());
        assertThat(client.chat(Messages.of(text("short", 0), text(LONG, 0))).toList(9))
                .hasSize(2);
        assertHeard(framed(protocol, sent.toByteArray()), framed(protocol, received.toByteArray()));
        assertThat(onClient.of(MessageEvent.Direction.SENT))
                .extracting(event -> ((EchoRequest) event.message()).getText())
                .containsExactly("short", LONG);
        assertThat(onServer.of(MessageEvent.Direction.SENT))
                .extracting(event -> ((EchoResponse) event.message()).getText())
                .containsExactly("short", LONG);
    }

    @Test
    void aGetTellsOfTheMessageInItsQuery() throws Exception {
        EchoService client = EchoService.client(channel(RpcProtocol.CONNECT, HttpVersion.HTTP_1_1)
                .getUpTo(8_000)
                .compression(Compression.GZIP)
                .build());
        client.echo(text(LONG, 0));
        assertThat(sent.size()).isZero();
        onServer.awaitEnd();
        MessageEvent written = onClient.of(MessageEvent.Direction.SENT).getFirst();
        assertThat(written.encodedBytes()).isEqualTo(text(LONG, 0).getSerializedSize());
        assertThat(written.compressedBytes()).isLessThan(written.encodedBytes());
        assertThat(onServer.of(MessageEvent.Direction.RECEIVED))
                .singleElement()
                .satisfies(read -> assertThat(new Wire(read.encodedBytes(), read.compressedBytes()))
                        .isEqualTo(new Wire(written.encodedBytes(), written.compressedBytes())));
    }

    @ParameterizedTest
    @CsvSource({"IDENTITY", "GZIP", "ZSTD"})
    void restTellsOfItsBodies(Compression compression) throws Exception {
        LibraryService library = LibraryService.client(channel(RpcProtocol.REST, HttpVersion.HTTP_1_1)
                .compression(compression)
                .build());
        library.createBook(CreateBookRequest.newBuilder()
                .setParent("shelves/1")
                .setRequestId("1")
                .setBook(Book.newBuilder().setTitle(LONG))
                .build());
        assertHeard(List.of(unpacked(sent.toByteArray())), List.of(unpacked(received.toByteArray())));
    }

    @ParameterizedTest
    @CsvSource({"application/x-ndjson", "application/json", "text/event-stream"})
    void restsStreamsTellOfEachAnswer(String accept) throws Exception {
        String body = rest("GET", "/v1/watch/12", Metadata.of("accept", accept), Body.empty());
        List<String> values = switch (accept) {
            case "application/json" ->
                List.of(body.substring(1, body.length() - 1).split(",", -1));
            case "text/event-stream" ->
                body.lines()
                        .filter(line -> line.startsWith("data:"))
                        .map(line -> line.substring(5).strip())
                        .toList();
            default -> body.lines().toList();
        };
        onServer.awaitEnd();
        assertThat(values).hasSize(12);
        assertSizes(
                onServer.of(MessageEvent.Direction.SENT),
                values.stream()
                        .map(value -> new Wire(value.length(), value.length()))
                        .toList());
        assertSizes(onServer.of(MessageEvent.Direction.RECEIVED), List.of(new Wire(0, 0))); // all of it is in the path
    }

    @Test
    void restsStreamsTellOfEachRequest() throws Exception {
        String lines = "{\"i32\":1}\n{\"name\":\"Ada\"}\n";
        String body = rest(
                "POST",
                "/v1/collect",
                Metadata.of("content-type", "application/x-ndjson"),
                Body.of(lines.getBytes(StandardCharsets.UTF_8)));
        onServer.awaitEnd();
        assertSizes(
                onServer.of(MessageEvent.Direction.RECEIVED),
                lines.lines()
                        .map(line -> new Wire(line.length(), line.length()))
                        .toList());
        assertSizes(onServer.of(MessageEvent.Direction.SENT), List.of(new Wire(body.length(), body.length())));
    }

    private String rest(String method, String target, Metadata headers, Body body) {
        CallScope call = CallScope.builder(Method.unary("http", method))
                .deadline(Deadline.after(Duration.ofSeconds(20)))
                .build();
        HttpRequest request = new HttpRequest(method, "http", "127.0.0.1:" + server.port(), target, headers, body);
        return new String(http.handle(call, request).body().readAll(), StandardCharsets.UTF_8);
    }

    private void assertHeard(List<Wire> up, List<Wire> down) throws Exception {
        onClient.awaitEnd();
        onServer.awaitEnd();
        assertSizes(onClient.of(MessageEvent.Direction.SENT), up);
        assertSizes(onServer.of(MessageEvent.Direction.RECEIVED), up);
        assertSizes(onServer.of(MessageEvent.Direction.SENT), down);
        assertSizes(onClient.of(MessageEvent.Direction.RECEIVED), down);
    }

    private static void assertSizes(List<MessageEvent> events, List<Wire> wire) {
        assertThat(events)
                .extracting(event -> new Wire(event.encodedBytes(), event.compressedBytes()))
                .isEqualTo(wire);
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).sequence()).isEqualTo(i + 1);
        }
    }

    /** The envelopes of a body that are messages. */
    private static List<Wire> framed(RpcProtocol protocol, byte[] body) {
        byte[] bytes = protocol == RpcProtocol.GRPC_WEB_TEXT ? WireAnswer.decode(body) : body;
        return WireAnswer.frames(bytes).stream()
                .filter(frame -> frame.flags() <= 1)
                .map(frame -> frame.flags() == 1
                        ? unpacked(frame.content())
                        : new Wire(frame.content().length, frame.content().length))
                .toList();
    }

    /** By the first bytes of both formats. */
    private static Wire unpacked(byte[] content) {
        if (content.length > 2 && content[0] == 0x1f && content[1] == (byte) 0x8b) {
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(content))) {
                return new Wire(in.readAllBytes().length, content.length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        if (content.length > 4 && content[0] == 0x28 && content[1] == (byte) 0xb5 && content[2] == 0x2f) {
            return new Wire(Zstd.decompress(content, 1 << 20).length, content.length);
        }
        return new Wire(content.length, content.length);
    }
}
