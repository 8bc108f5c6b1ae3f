package dev.parley.http;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How a client speaks TLS: versions 1.3 and 1.2, with the server's name in the handshake (SNI) and checked against its
 * certificate (RFC 9110, 4.3.4), which cannot be switched off. The handshake is part of connecting and has that time
 * limit. Immutable.
 *
 * @param trust who has to have signed the server's certificate; whom the JDK trusts
 * @param identity what the client shows a server that asks for it; nothing
 * @param reloadInterval how often files are looked at; 10 s
 */
public record ClientTls(TlsTrust trust, Optional<TlsIdentity> identity, Duration reloadInterval) {

    private static final ClientTls DEFAULTS =
            new ClientTls(TlsTrust.system(), Optional.empty(), Duration.ofSeconds(10));

    /** Checks that nothing is null and the interval is positive. */
    public ClientTls {
        Objects.requireNonNull(trust, "trust");
        Objects.requireNonNull(identity, "identity");
        positive("reloadInterval", reloadInterval);
    }

    /** The defaults named above. */
    public static ClientTls defaults() {
        return DEFAULTS;
    }

    /** Trusting others. */
    public ClientTls withTrust(TlsTrust authorities) {
        return new ClientTls(authorities, identity, reloadInterval);
    }

    /** Showing a certificate. */
    public ClientTls withIdentity(TlsIdentity shown) {
        return new ClientTls(trust, Optional.of(shown), reloadInterval);
    }

    /** With another interval between looks at the files. */
    public ClientTls withReloadInterval(Duration interval) {
        return new ClientTls(trust, identity, interval);
    }

    static void positive(String name, Duration value) {
        if (value.toMillis() <= 0) {
            throw new IllegalArgumentException(name + " must be at least a millisecond, but is " + value);
        }
    }
}
