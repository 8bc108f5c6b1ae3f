package dev.parley.http;

/** Headers of one connection, which no handler sets and no hop passes on (RFC 9110, 7.6.1). */
final class HopByHop {

    private HopByHop() {}

    /** Whether HTTP/2 forbids it, and HTTP/1.1 leaves it to the connection. */
    static boolean isForbidden(String name) {
        return switch (name) {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" -> true;
            default -> false;
        };
    }
}
