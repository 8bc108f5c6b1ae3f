package dev.parley.http;

import dev.parley.Code;
import dev.parley.Metadata;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The server's side of a WebSocket: the handshake (RFC 6455, 4.2), then the user's handler. */
final class WebSocketServer implements Takeover {

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;

    private final WebSocketOptions options;
    private final WebSocket.SocketHandler handler;
    private final WebSocketConnection connection;
    private final WebSocket socket;
    private final CountDownLatch installed = new CountDownLatch(1);
    private volatile @Nullable ServerExchange exchange;

    private WebSocketServer(WebSocketOptions options, String subprotocol, WebSocket.SocketHandler handler) {
        this.options = options;
        this.handler = handler;
        this.connection = new WebSocketConnection(options, true, reason -> {
            ServerExchange current = exchange;
            if (current != null && !current.isFinished()) {
                current.gone(reason);
            }
        });
        this.socket = new WebSocket(connection, subprotocol);
    }

    static HttpResponse answer(HttpRequest request, WebSocketOptions options, WebSocket.SocketHandler handler) {
        Metadata headers = request.headers();
        if (!request.method().equals("GET")
                || !hasToken(headers, "upgrade", "websocket")
                || !hasToken(headers, "connection", "upgrade")) {
            return refused(426, "this is a WebSocket: ask by GET over HTTP/1.1 with Upgrade: websocket");
        }
        String version = headers.get("sec-websocket-version").orElse("");
        if (!version.equals("13")) {
            return refused(426, "Sec-WebSocket-Version must be 13, but is \"" + version + '"');
        }
        String key = headers.get("sec-websocket-key").orElse("");
        if (!isKey(key)) {
            return refused(400, "Sec-WebSocket-Key must be 16 bytes in base64, but is \"" + key + '"');
        }
        String origin = headers.get("origin").orElse("");
        if (!isAllowed(origin, request.authority(), options)) {
            return refused(403, "pages of the origin \"" + origin + "\" may not open a WebSocket here");
        }
        Metadata answer = Metadata.of("sec-websocket-accept", accept(key));
        String subprotocol = subprotocol(headers, options);
        if (!subprotocol.isEmpty()) {
            answer.add("sec-websocket-protocol", subprotocol);
        }
        return new HttpResponse(200, answer, new Body.Upgrade(new WebSocketServer(options, subprotocol, handler)));
    }

    private static HttpResponse refused(int status, String detail) {
        HttpResponse problem = Problems.of(status, detail);
        if (status == 426) {
            problem.headers().add("sec-websocket-version", "13");
        }
        return problem;
    }

    private static boolean hasToken(Metadata headers, String name, String token) {
        for (String value : headers.getAll(name)) {
            for (String part : value.split(",", -1)) {
                if (part.strip().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isAllowed(String origin, String authority, WebSocketOptions options) {
        if (origin.isEmpty()
                || options.allowedOrigins().contains("*")
                || options.allowedOrigins().contains(origin.toLowerCase(Locale.ROOT))) {
            return true;
        }
        try {
            URI uri = new URI(origin);
            return uri.getRawAuthority() != null && uri.getRawAuthority().equalsIgnoreCase(authority);
        } catch (java.net.URISyntaxException e) {
            return false; // "null", of a page that has none
        }
    }

    private static String subprotocol(Metadata headers, WebSocketOptions options) {
        return options.subprotocols().stream()
                .filter(name -> hasToken(headers, "sec-websocket-protocol", name))
                .findFirst()
                .orElse("");
    }

    static String accept(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    @Override
    public void install(ChannelPipeline pipeline, ServerExchange answered) {
        exchange = answered;
        pipeline.addLast(
                new WebSocket13FrameDecoder(decoding(options, true)),
                new WebSocket13FrameEncoder(false),
                new Utf8FrameValidator(false),
                connection);
        installed.countDown();
    }

    static WebSocketDecoderConfig decoding(WebSocketOptions options, boolean masked) {
        return WebSocketDecoderConfig.newBuilder()
                .expectMaskedFrames(masked)
                .allowMaskMismatch(false)
                .maxFramePayloadLength(options.maxMessageBytes())
                .closeOnProtocolViolation(false) // by the connection, which also tells the handler
                .withUTF8Validator(false)
                .build();
    }

    @Override
    public void run() throws Exception {
        // A client that leaves meanwhile cancels the call, which interrupts this.
        installed.await();
        try {
            handler.handle(socket);
        } catch (Throwable thrown) {
            if (Optional.ofNullable(connection.peersWord()).isEmpty()) {
                Thread.interrupted(); // the close is to be said all the same
                socket.close(1011, Code.INTERNAL.name().toLowerCase(Locale.ROOT));
            }
            throw thrown;
        }
        socket.close();
    }
}
