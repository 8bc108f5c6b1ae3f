package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Messages;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.tck.FuzzLog;

/**
 * The RPC server against any request that HTTP lets through: gRPC, gRPC-Web, Connect, REST, envelopes, base64, compression,
 * JSON, queries, timeouts.
 * Whatever comes: an answer or a {@link CallException}, and nothing in the log, where each fault of our own is told.
 */
public final class RpcServerFuzz {

    /** Does nothing on request: the fuzzer found the text that makes {@link EchoImplementation} crash. */
    private static final class Echo implements EchoService {
        @Override
        public EchoResponse echo(EchoRequest request) {
            return EchoResponse.newBuilder().setText(request.getText()).build();
        }

        @Override
        public Messages<EchoResponse> repeat(EchoRequest request) {
            return Messages.produce(sink -> {
                for (int i = 0; i < Math.min(10, request.getCount()); i++) {
                    sink.send(echo(request));
                }
            });
        }

        @Override
        public EchoResponse join(Messages<EchoRequest> requests) {
            StringBuilder joined = new StringBuilder();
            for (EchoRequest request : requests) {
                joined.append(request.getText());
            }
            return EchoResponse.newBuilder().setText(joined.toString()).build();
        }

        @Override
        public Messages<EchoResponse> chat(Messages<EchoRequest> requests) {
            return requests.map(this::echo);
        }
    }

    private static final RpcHandler HANDLER = RpcHandler.builder()
            .service(EchoService.DEFINITION, new Echo())
            .service(dev.parley.rpc.library.LibraryService.DEFINITION, new RestTest.Library())
            .maxMessageBytes(2000)
            .compressAbove(8)
            .build();
    private static final Requests REQUESTS = new Requests(HANDLER);

    private RpcServerFuzz() {}

    /** The fuzzer's entry. The first line is method and target. */
    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        FuzzText text = FuzzText.parse(input);
        int space = text.first().indexOf(' ');
        if (space <= 0 || space == text.first().length() - 1) {
            return;
        }
        FuzzLog.clear();
        try {
            REQUESTS.send(
                    text.first().substring(0, space), text.first().substring(space + 1), text.headers(), text.body());
        } catch (CallException refused) {
            // HTTP's server makes an answer of it
        }
        FuzzLog.check();
    }
}
