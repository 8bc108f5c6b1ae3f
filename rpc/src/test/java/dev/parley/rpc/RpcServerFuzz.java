package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.rpc.echo.EchoService;
import dev.parley.tck.FuzzLog;

/**
 * The RPC server against any request that HTTP lets through: gRPC, Connect, REST, envelopes, JSON, queries, timeouts.
 * Whatever comes: an answer or a {@link CallException}, and nothing in the log, where each fault of our own is told.
 */
public final class RpcServerFuzz {

    private static final RpcHandler HANDLER = RpcHandler.builder()
            .service(EchoService.DEFINITION, new EchoImplementation())
            .service(dev.parley.rpc.library.LibraryService.DEFINITION, new RestTest.Library())
            .maxMessageBytes(2000)
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
