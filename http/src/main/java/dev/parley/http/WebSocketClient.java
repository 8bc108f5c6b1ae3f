package dev.parley.http;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker13;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The client's side of a WebSocket's handshake (RFC 6455, 4.1). */
final class WebSocketClient extends SimpleChannelInboundHandler<FullHttpResponse> {

    private static final int MOST_ANSWER_BYTES = 8 << 10;

    private final WebSocketClientHandshaker handshaker;
    private final WebSocketOptions options;
    private final String url;
    private final long answerMillis;
    private final CompletableFuture<WebSocket> connected = new CompletableFuture<>();

    private WebSocketClient(
            WebSocketClientHandshaker handshaker, WebSocketOptions options, String url, long answerMillis) {
        this.answerMillis = answerMillis;
        this.handshaker = handshaker;
        this.options = options;
        this.url = url;
    }

    static WebSocket connect(HttpClient client, Call call, String url, WebSocketOptions options) {
        URI uri = parse(url);
        boolean secure = uri.getScheme().equalsIgnoreCase("wss");
        Authority authority = Authority.parse(uri.getRawAuthority(), secure ? 443 : 80);
        DefaultHttpHeaders headers = new DefaultHttpHeaders();
        call.requestHeaders().forEach(headers::add);
        WebSocketClient handshake = new WebSocketClient(
                new WebSocketClientHandshaker13(
                        uri,
                        WebSocketVersion.V13,
                        options.subprotocols().isEmpty() ? null : String.join(", ", options.subprotocols()),
                        false,
                        headers,
                        options.maxMessageBytes(),
                        true,
                        false),
                options,
                url,
                2 * client.limits().connectTimeout().toMillis());
        handshake.start(client, authority, secure);
        return handshake.await();
    }

    private static URI parse(String url) {
        try {
            URI uri = new URI(url);
            boolean known = "ws".equalsIgnoreCase(uri.getScheme()) || "wss".equalsIgnoreCase(uri.getScheme());
            if (known && uri.getRawAuthority() != null && uri.getRawUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // told below, with the others
        }
        throw new CallException(Code.INVALID_ARGUMENT, "expected ws://host:port/path or wss://..., but got " + url);
    }

    private void start(HttpClient client, Authority authority, boolean secure) {
        TlsContext tls = secure ? client.http1Tls() : null;
        long millis = client.limits().connectTimeout().toMillis();
        InetAddress address;
        try {
            address = InetAddress.getByName(authority.host());
        } catch (UnknownHostException e) {
            failed(e, "unknown host " + authority.host());
            return;
        }
        new Bootstrap()
                .group(Loops.shared())
                .channel(Loops.CLIENT_CHANNEL)
                .option(ChannelOption.ALLOCATOR, Loops.ALLOCATOR)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) millis)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (tls != null) {
                            SslHandler handler =
                                    tls.current().newHandler(channel.alloc(), authority.host(), authority.port());
                            handler.setHandshakeTimeoutMillis(millis);
                            channel.pipeline().addLast(handler);
                        }
                        channel.pipeline()
                                .addLast(
                                        new HttpClientCodec(),
                                        new HttpObjectAggregator(MOST_ANSWER_BYTES),
                                        WebSocketClient.this);
                    }
                })
                .connect(address, authority.port())
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        failed(done.cause(), String.valueOf(done.cause().getMessage()));
                    }
                });
    }

    private WebSocket await() {
        try {
            return connected.get();
        } catch (InterruptedException e) {
            connected.cancel(false);
            throw CallException.interrupted(e, "the WebSocket " + url);
        } catch (ExecutionException e) {
            throw CallException.from(java.util.Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    private void failed(@Nullable Throwable cause, String why) {
        connected.completeExceptionally(new CallException(
                Code.UNAVAILABLE,
                "could not connect to " + url + ": " + why,
                cause,
                List.of(),
                new Metadata(),
                CallException.Origin.LOCAL,
                RetryAdvice.NEVER_LEFT));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        ctx.channel().eventLoop().schedule(() -> answerTooLate(ctx), answerMillis, TimeUnit.MILLISECONDS);
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null) {
            handshaker.handshake(ctx.channel());
        } else {
            tls.handshakeFuture().addListener(done -> {
                if (done.isSuccess()) {
                    handshaker.handshake(ctx.channel());
                } else {
                    failed(done.cause(), "the TLS handshake failed: " + TlsFailure.reason(done.cause()));
                    ctx.close();
                }
            });
        }
        super.channelActive(ctx);
    }

    private void answerTooLate(ChannelHandlerContext ctx) {
        if (!connected.isDone()) {
            failed(null, "no answer to the handshake in " + answerMillis + " ms");
            ctx.close();
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse answer) {
        Channel channel = ctx.channel();
        try {
            handshaker.finishHandshake(channel, answer);
        } catch (RuntimeException e) {
            String text = answer.content().toString(StandardCharsets.UTF_8);
            connected.completeExceptionally(new CallException(
                    Code.FAILED_PRECONDITION,
                    url + " did not become a WebSocket: " + answer.status() + " "
                            + text.substring(0, Math.min(500, text.length())),
                    e));
            ctx.close();
            return;
        }
        WebSocketConnection connection = new WebSocketConnection(options, false, reason -> {});
        // The handshaker's own decoder answers violations by itself; ours tells the reader.
        channel.pipeline()
                .replace(
                        io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder.class,
                        "ws-decoder",
                        new io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder(
                                WebSocketServer.decoding(options, false)));
        channel.pipeline().addLast(new Utf8FrameValidator(false), connection);
        channel.pipeline().remove(this);
        String picked = handshaker.actualSubprotocol();
        if (!connected.complete(new WebSocket(connection, picked == null ? "" : picked))) {
            channel.close(); // whoever asked has left
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        failed(null, "the connection was closed in the handshake");
        super.channelInactive(ctx);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(cause, TlsFailure.reason(cause));
        ctx.close();
    }
}
