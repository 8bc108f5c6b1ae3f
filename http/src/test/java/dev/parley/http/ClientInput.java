package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.tck.FuzzLog;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * A client and a server that answers it with given bytes and closes. The call has to end before its deadline, with an
 * answer or a {@link CallException}; nothing may be logged, and no connection stay open.
 */
final class ClientInput {

    private static final Duration MOST =
            Duration.ofSeconds(60); // the first call of an instrumented JVM on a busy machine takes long

    private final HttpVersion version;
    private final HttpClient client = HttpClient.create();
    private final RawServer server;
    private volatile byte[] bytes = {};

    ClientInput(HttpVersion version, byte[] before) {
        this.version = version;
        try {
            this.server = new RawServer(socket -> {
                OutputStream out = socket.getOutputStream();
                out.write(before);
                // The request has begun: what is sent now answers it.
                socket.getInputStream().read(new byte[4096]);
                out.write(bytes);
                socket.shutdownOutput();
                while (socket.getInputStream().read(new byte[4096]) >= 0) {
                    // until the client closes
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void answer(byte[] input) {
        FuzzLog.clear();
        bytes = input;
        try {
            HttpResponse response =
                    client.over(version).handle(Talk.call(MOST), HttpRequest.of("GET", server.authority(), "/"));
            response.body().limit(1 << 20).readAll();
        } catch (CallException e) {
            if (e.code() == Code.DEADLINE_EXCEEDED) {
                throw new AssertionError("the client hangs", e);
            }
        } catch (Exception e) {
            throw new AssertionError("not a CallException", e);
        }
        try {
            Talk.await("the connection is closed", () -> client.openConnections() == 0);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        FuzzLog.check();
    }
}
