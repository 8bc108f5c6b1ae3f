package dev.parley.rpc;

import dev.parley.Metadata;

/** Which headers belong to the protocols, so that neither side's user can set them nor takes them for metadata. */
final class ReservedHeaders {

    /** The one header of gRPC's that a policy in front of a client sets (gRFC A6). */
    private static final String PREVIOUS_ATTEMPTS = "grpc-previous-rpc-attempts";

    private ReservedHeaders() {}

    static boolean isReserved(String name) {
        return switch (name) {
            case "content-type",
                    "content-length",
                    "content-encoding",
                    "accept-encoding",
                    "te",
                    "host",
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "transfer-encoding",
                    "upgrade",
                    "trailer",
                    "expect",
                    "x-grpc-web" -> true;
            default -> name.startsWith("grpc-") || name.startsWith("connect-") || name.startsWith(":");
        };
    }

    /** Adds to {@code target} what of {@code metadata} is not reserved, each name behind {@code prefix}. */
    static void copy(Metadata metadata, Metadata target, String prefix) {
        if (!metadata.isEmpty()) {
            metadata.forEach((name, value) -> {
                if (!isReserved(name)) {
                    target.add(prefix.isEmpty() ? name : prefix + name, value);
                }
            });
        }
    }

    /**
     * As {@link #copy}, for a client's request: its user agent is named before the library's, as gRPC has it, and it
     * does not change what the protocol accepts.
     */
    static void copyRequest(Metadata metadata, Metadata target, String userAgent) {
        target.add(
                "user-agent",
                metadata.get("user-agent").map(own -> own + ' ' + userAgent).orElse(userAgent));
        metadata.forEach((name, value) -> {
            boolean reserved = isReserved(name) && !name.equals(PREVIOUS_ATTEMPTS);
            if (!reserved && !name.equals("user-agent") && !(name.equals("accept") && target.contains(name))) {
                target.add(name, value);
            }
        });
    }

    static void copy(Metadata metadata, Metadata target) {
        copy(metadata, target, "");
    }
}
