package dev.parley.http;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Messages;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A WebSocket (RFC 6455), on a server or a client: messages both ways, each whole. Not reading is back-pressure to the
 * peer, and sending blocks while the peer does not read. Pings are answered and sent by themselves.
 *
 * <pre>{@code
 * Handler<HttpRequest, HttpResponse> echo = (call, request) -> WebSocket.accept(request, socket -> {
 *     for (WebSocket.Message message : socket.messages()) {
 *         socket.send(message);
 *     }
 * });
 * }</pre>
 *
 * <p>Any threads may send; one at a time reads.
 */
public final class WebSocket implements AutoCloseable {

    /** What a server does with a socket, on the request's virtual thread, within its call. */
    @FunctionalInterface
    public interface SocketHandler {
        /**
         * Runs until the socket is of no more use; it is closed behind it, with 1000, or 1011 if this throws. When the
         * client leaves without a close the call is cancelled, and this thread interrupted.
         */
        void handle(WebSocket socket) throws Exception;
    }

    /** A message. */
    public sealed interface Message permits Text, Binary {
        /** What it takes to keep it, in bytes, by and large. */
        int size();
    }

    /**
     * A message of text.
     *
     * @param text any Unicode
     */
    public record Text(String text) implements Message {
        /** Checks that it is not null. */
        public Text {
            Objects.requireNonNull(text, "text");
        }

        @Override
        public int size() {
            return text.length() + OVERHEAD;
        }
    }

    /**
     * A message of bytes.
     *
     * @param bytes not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // as everywhere at the border to the network
    public record Binary(byte[] bytes) implements Message {
        /** Checks that it is not null. */
        public Binary {
            Objects.requireNonNull(bytes, "bytes");
        }

        @Override
        public int size() {
            return bytes.length + OVERHEAD;
        }
    }

    /**
     * How a socket was closed (RFC 6455, 7.4).
     *
     * @param code such as 1000; 1005 if the peer gave none
     * @param reason for people; may be empty
     */
    public record CloseStatus(int code, String reason) {}

    private static final int OVERHEAD = 64;

    private final WebSocketConnection connection;
    private final String subprotocol;
    private final Messages<Message> messages;
    private final ReentrantLock sending = new ReentrantLock();

    WebSocket(WebSocketConnection connection, String subprotocol) {
        this.connection = connection;
        this.subprotocol = subprotocol;
        this.messages = Messages.pull(new Messages.Source<Message>() {
            @Override
            public @org.jspecify.annotations.Nullable Message receive() {
                return connection.receive();
            }

            @Override
            public void cancel(CallException reason) {
                connection.sayClose(1000, "");
            }
        });
    }

    /** As {@link #accept(HttpRequest, WebSocketOptions, SocketHandler)} with {@link WebSocketOptions#defaults()}. */
    public static HttpResponse accept(HttpRequest request, SocketHandler handler) {
        return accept(request, WebSocketOptions.defaults(), handler);
    }

    /**
     * The answer that makes a socket of {@code request}'s connection, to be returned by its handler. A request that asks
     * for none, or wrongly, is answered 426, 400 or 403 (an origin that is not allowed).
     */
    public static HttpResponse accept(HttpRequest request, WebSocketOptions options, SocketHandler handler) {
        return WebSocketServer.answer(request, options, handler);
    }

    /** As {@link #connect(HttpClient, Call, String, WebSocketOptions)} with {@link WebSocketOptions#defaults()}. */
    public static WebSocket connect(HttpClient client, Call call, String url) {
        return connect(client, call, url, WebSocketOptions.defaults());
    }

    /**
     * Connects to {@code url}, {@code ws://host:port/path} or {@code wss://...}, with the limits and the TLS of {@code
     * client} and the headers of {@code call}. The socket lives until it is closed; it does not end with the call.
     *
     * @throws CallException {@code INVALID_ARGUMENT} for another kind of URL; {@code UNAVAILABLE} if it cannot be connected,
     *     {@code FAILED_PRECONDITION} if the server does not speak WebSocket there; the message says what it answered
     */
    public static WebSocket connect(HttpClient client, Call call, String url, WebSocketOptions options) {
        return WebSocketClient.connect(client, call, url, options);
    }

    /** What is spoken inside, as both have agreed; empty if they have not. */
    public Optional<String> subprotocol() {
        return subprotocol.isEmpty() ? Optional.empty() : Optional.of(subprotocol);
    }

    /**
     * What the peer sends; ends when it closes, fails with {@code CANCELLED} when the connection is lost. Always the same
     * stream.
     */
    public Messages<Message> messages() {
        return messages;
    }

    /** Sends a message of text. */
    public void send(String text) {
        send(new Text(text));
    }

    /** Sends a message of bytes, which are the network's from now on. */
    public void send(byte[] bytes) {
        send(new Binary(bytes));
    }

    /**
     * Sends a message; waits while the peer does not read.
     *
     * @throws CallException {@code CANCELLED} if the socket is closed or lost
     */
    public void send(Message message) {
        sending.lock();
        try {
            switch (message) {
                case Text text -> {
                    byte[] utf8 = text.text().getBytes(StandardCharsets.UTF_8);
                    connection.send(new TextWebSocketFrame(Unpooled.wrappedBuffer(utf8)), utf8.length + OVERHEAD);
                }
                case Binary binary ->
                    connection.send(
                            new BinaryWebSocketFrame(Unpooled.wrappedBuffer(binary.bytes())),
                            binary.bytes().length + OVERHEAD);
            }
        } finally {
            sending.unlock();
        }
    }

    /** How the peer has closed; empty if it has not. */
    public Optional<CloseStatus> closedByPeer() {
        return Optional.ofNullable(connection.peersWord());
    }

    /** Closes with 1000. */
    @Override
    public void close() {
        close(1000, "");
    }

    /**
     * Says goodbye and waits for the peer's answer, {@link WebSocketOptions#closeTimeout()} at most. Without effect when
     * the socket is closed.
     *
     * @param code 1000 to 1003, 1007 to 1014, or 3000 to 4999 for one's own
     * @param reason at most 123 bytes
     * @throws IllegalArgumentException for another code or a longer reason
     */
    public void close(int code, String reason) {
        boolean known =
                (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
        if (!known) {
            throw new IllegalArgumentException(
                    "a close code must be 1000 to 1003, 1007 to 1014 or 3000 to 4999, but is " + code);
        }
        int bytes = reason.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > 123) {
            throw new IllegalArgumentException("a close reason has 123 bytes at most, but this one has " + bytes);
        }
        connection.sayClose(code, reason);
        connection.awaitEnd();
    }
}
