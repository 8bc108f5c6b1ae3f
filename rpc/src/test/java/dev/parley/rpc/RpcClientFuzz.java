package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Messages;
import dev.parley.http.Body;
import dev.parley.http.HttpResponse;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.tck.FuzzLog;
import java.util.ArrayList;
import java.util.List;

/**
 * The RPC client against any response: statuses, trailers in three places, envelopes, base64, compression, Connect's errors and ends of streams. Whatever
 * comes: a message or a {@link CallException}, and nothing in the log.
 */
public final class RpcClientFuzz {

    private static final List<EchoService> CLIENTS = clients();
    private static final ThreadLocal<FuzzText> ANSWER = new ThreadLocal<>();

    private RpcClientFuzz() {}

    private static List<EchoService> clients() {
        List<EchoService> clients = new ArrayList<>();
        for (RpcProtocol protocol : RpcProtocol.values()) {
            if (protocol == RpcProtocol.REST) {
                continue; // the service has none
            }
            for (Codec codec : Codec.values()) {
                clients.add(EchoService.client(Channel.builder("http://test")
                        .protocol(protocol)
                        .codec(codec)
                        .maxMessageBytes(2000)
                        .transport((call, request) -> answer())
                        .build()));
            }
        }
        return clients;
    }

    private static HttpResponse answer() {
        FuzzText text = ANSWER.get();
        String digits = text.first().length() < 5 ? "200" : text.first().substring(2, 5);
        int status = digits.matches("[2-5][0-9][0-9]") ? Integer.parseInt(digits) : 200;
        return new HttpResponse(status, text.headers(), Body.stream(Messages.of(text.body()), text::trailers));
    }

    /** The fuzzer's entry. The first line is a digit for the client (protocol and codec, in their order), one for the
     * kind of call, and the status. */
    public static void fuzzerTestOneInput(byte[] input) {
        FuzzText text = FuzzText.parse(input);
        if (text.first().length() < 2) {
            return;
        }
        FuzzLog.clear();
        ANSWER.set(text);
        EchoService client = CLIENTS.get(text.first().charAt(0) % CLIENTS.size());
        EchoRequest request = EchoRequest.newBuilder().setText("hello").build();
        try {
            if (text.first().charAt(1) % 2 == 0) {
                client.echo(request);
            } else {
                try (Messages<EchoResponse> answers = client.repeat(request)) {
                    answers.drain(answer -> {});
                }
            }
        } catch (CallException refused) {
            // as it should
        }
        FuzzLog.check();
    }
}
