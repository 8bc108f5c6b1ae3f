package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import java.util.Optional;

/** Names of Connect's headers, and the check of its version. */
final class ConnectHeaders {

    static final String VERSION = "connect-protocol-version";
    static final String ACCEPT = "accept-encoding";
    static final String CONTENT_ENCODING = "content-encoding";
    static final String STREAM_ACCEPT = "connect-accept-encoding";
    static final String STREAM_ENCODING = "connect-content-encoding";
    static final String TRAILER_PREFIX = "trailer-";

    private ConnectHeaders() {}

    static void checkVersion(Metadata headers, ProtocolOptions options) {
        Optional<String> version = headers.get(VERSION);
        if (version.isEmpty() ? options.requireConnectVersion() : !version.get().equals("1")) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    VERSION + " must be \"1\", but is "
                            + version.map(value -> '"' + value + '"').orElse("missing"));
        }
    }
}
