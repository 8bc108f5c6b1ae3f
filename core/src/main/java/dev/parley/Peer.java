package dev.parley;

import java.util.Objects;

/**
 * The other side of a call: on a server the client, on a client the target.
 *
 * @param address host and port, or what the transport has instead ({@code in-process})
 * @param protocol what is spoken with it, such as {@code http/1.1} or {@code h2}
 */
public record Peer(String address, String protocol) {

    /** A peer of which nothing is known yet. */
    public static final Peer UNKNOWN = new Peer("unknown", "unknown");

    /** Checks that nothing is null. */
    public Peer {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(protocol, "protocol");
    }
}
