package dev.parley.http;

import java.time.Duration;
import java.util.Objects;

/**
 * How a server speaks TLS: versions 1.3 and 1.2 (RFC 8446, RFC 5246) with the cipher suites that HTTP/2 allows, and ALPN
 * for {@code h2} and {@code http/1.1} (RFC 7301). Immutable.
 *
 * @param identity the server's certificate and key
 * @param clientAuth whether clients show a certificate; a verified one is the call's {@code peer().certificate()} and its
 *     subject the call's principal
 * @param trust who has to have signed the clients' certificates
 * @param handshakeTimeout how long a handshake may take; 10 s
 * @param reloadInterval how often files are looked at; 10 s. A changed file is taken for new connections, those that are
 *     open go on. A file that cannot be used is logged as an error, and what was there before stays
 */
public record ServerTls(
        TlsIdentity identity,
        ClientAuth clientAuth,
        TlsTrust trust,
        Duration handshakeTimeout,
        Duration reloadInterval) {

    /** Checks that nothing is null and the times are positive. */
    public ServerTls {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(clientAuth, "clientAuth");
        Objects.requireNonNull(trust, "trust");
        ClientTls.positive("handshakeTimeout", handshakeTimeout);
        ClientTls.positive("reloadInterval", reloadInterval);
    }

    /** With these and the defaults; clients show no certificate. */
    public static ServerTls of(TlsIdentity identity) {
        return new ServerTls(
                identity, ClientAuth.NONE, TlsTrust.system(), Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    /** Mutual TLS: clients show a certificate that {@code authorities} have signed. */
    public ServerTls withClientAuth(ClientAuth whether, TlsTrust authorities) {
        return new ServerTls(identity, whether, authorities, handshakeTimeout, reloadInterval);
    }

    /** With another limit for handshakes. */
    public ServerTls withHandshakeTimeout(Duration most) {
        return new ServerTls(identity, clientAuth, trust, most, reloadInterval);
    }

    /** With another interval between looks at the files. */
    public ServerTls withReloadInterval(Duration interval) {
        return new ServerTls(identity, clientAuth, trust, handshakeTimeout, interval);
    }
}
