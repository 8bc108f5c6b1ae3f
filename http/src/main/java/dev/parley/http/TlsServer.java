package dev.parley.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandler;
import java.nio.charset.StandardCharsets;

/** The server's side of a TLS handshake: behind it, what ALPN has chosen. */
final class TlsServer extends ApplicationProtocolNegotiationHandler {

    private static final System.Logger LOG = System.getLogger(HttpServer.class.getName());

    private final ServerContext server;

    private TlsServer(ServerContext server) {
        super(ApplicationProtocolNames.HTTP_1_1);
        this.server = server;
    }

    static void install(ChannelPipeline pipeline, ServerContext server, ServerSecurity security) {
        SslHandler tls =
                security.context().current().newHandler(pipeline.channel().alloc());
        tls.setHandshakeTimeoutMillis(security.handshakeTimeout().toMillis());
        pipeline.addLast(tls, new TlsServer(server));
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
        if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
            ProtocolDetector.http2(ctx.pipeline(), server);
        } else {
            ProtocolDetector.http1(ctx.pipeline(), server);
        }
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
        // Port scanners and expired clients do this all day.
        LOG.log(System.Logger.Level.DEBUG, () -> ctx.channel() + ": the TLS handshake failed: " + cause.getMessage());
        ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Loops.close(ctx, cause);
    }

    /** Answers plain HTTP/1.1 on a port that speaks only TLS, and closes; to anything else, just closes. */
    static void refusePlain(ChannelHandlerContext ctx, ByteBuf in) {
        boolean http1 = in.getByte(in.readerIndex()) >= 'A' && in.getByte(in.readerIndex()) <= 'Z';
        in.skipBytes(in.readableBytes());
        ctx.channel().config().setAutoRead(true);
        if (!http1) {
            ctx.close();
            return;
        }
        HttpResponse problem = Problems.of(400, "this port speaks TLS: use https");
        byte[] body = problem.body().readAll();
        String head = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\ncontent-length: "
                + body.length + "\r\nconnection: close\r\n\r\n";
        ctx.write(Unpooled.wrappedBuffer(head.getBytes(StandardCharsets.US_ASCII), body));
        ctx.pipeline().addFirst(new LingeringClose());
        ctx.channel().close();
    }
}
