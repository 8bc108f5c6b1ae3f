package dev.parley;

import java.security.cert.X509Certificate;
import java.util.Objects;
import java.util.Optional;

/**
 * The other side of a call: on a server the client, on a client the target.
 *
 * @param address host and port, or what the transport has instead ({@code in-process})
 * @param protocol what is spoken with it, such as {@code http/1.1} or {@code h2}
 * @param certificate what it has shown in mutual TLS, verified; its alternative names hold what a mesh calls it by (a SPIFFE
 *     URI)
 */
public record Peer(String address, String protocol, Optional<X509Certificate> certificate) {

    /** A peer of which nothing is known yet. */
    public static final Peer UNKNOWN = new Peer("unknown", "unknown");

    /** Checks that nothing is null. */
    public Peer {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(certificate, "certificate");
    }

    /** A peer that has shown no certificate. */
    public Peer(String address, String protocol) {
        this(address, protocol, Optional.empty());
    }
}
