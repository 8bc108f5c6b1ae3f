package dev.parley.rpc.interop;

import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.http.HttpVersion;
import dev.parley.rpc.Channel;
import dev.parley.rpc.ChannelBuilder;
import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcHandler;
import dev.parley.rpc.RpcProtocol;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.interop.v1.Answer;
import dev.parley.rpc.interop.v1.InteropService;
import dev.parley.tck.StreamSuite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The stream suite over one way to reach a service. */
abstract class TransportSuite extends StreamSuite {

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final RpcProtocol protocol;
    private final Codec codec;
    private final boolean inProcess;

    TransportSuite(RpcProtocol protocol, Codec codec, boolean inProcess) {
        this.protocol = protocol;
        this.codec = codec;
        this.inProcess = inProcess;
    }

    /** 32 KiB: at most a stream's windows on both sides and what is under way between them, two dozen of these. */
    @Override
    protected final String payload() {
        return "x".repeat(32 << 10);
    }

    @AfterEach
    final void close() throws Exception {
        for (AutoCloseable one : opened.reversed()) {
            one.close();
        }
    }

    private InteropService.Client client(InteropService service) {
        ChannelBuilder builder;
        if (inProcess) {
            builder = Channel.builder("http://in-process")
                    .inProcess(RpcHandler.builder()
                            .service(InteropService.DEFINITION, service)
                            .build());
        } else {
            RpcServer server = RpcServer.builder()
                    .service(InteropService.DEFINITION, service)
                    .compressAbove(Integer.MAX_VALUE) // what is under way is counted in bytes
                    .start();
            opened.add(() -> server.shutdown(Duration.ofSeconds(5)));
            builder = Channel.builder("http://127.0.0.1:" + server.port()).http(HttpVersion.HTTP_2);
        }
        Channel channel = builder.protocol(protocol).codec(codec).build();
        opened.add(channel);
        return InteropService.client(channel);
    }

    private static <Q, R> Handler<Q, R> unused() {
        return (call, request) -> {
            throw new AssertionError("only one kind is called");
        };
    }

    @Override
    protected final Handler<String, String> unary(Handler<String, String> server) {
        var client = client(new HandlersAsService(server, unused(), unused(), unused()));
        return (call, text) -> client.unary(HandlersAsService.ask(text)).getText();
    }

    @Override
    protected final Handler<String, Messages<String>> serverStreaming(Handler<String, Messages<String>> server) {
        var client = client(new HandlersAsService(unused(), server, unused(), unused()));
        return (call, text) -> client.serverStream(HandlersAsService.ask(text)).map(Answer::getText);
    }

    @Override
    protected final Handler<Messages<String>, String> clientStreaming(Handler<Messages<String>, String> server) {
        var client = client(new HandlersAsService(unused(), unused(), server, unused()));
        return (call, texts) ->
                client.clientStream(texts.map(HandlersAsService::ask)).getText();
    }

    @Override
    protected final Handler<Messages<String>, Messages<String>> bidi(
            Handler<Messages<String>, Messages<String>> server) {
        var client = client(new HandlersAsService(unused(), unused(), unused(), server));
        return (call, texts) -> client.bidi(texts.map(HandlersAsService::ask)).map(Answer::getText);
    }
}
