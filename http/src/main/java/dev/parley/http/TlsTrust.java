package dev.parley.http;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;

/** Whose certificates are believed. Immutable. */
public sealed interface TlsTrust {

    /** Whom the JDK trusts ({@code lib/security/cacerts}, or {@code javax.net.ssl.trustStore}). */
    static TlsTrust system() {
        return new Jdk();
    }

    /** The certification authorities in a PEM file, and no others. Read again when it changes. */
    static TlsTrust pem(Path authorities) {
        return new PemFile(authorities);
    }

    /** These certification authorities, and no others. */
    static TlsTrust of(X509Certificate... authorities) {
        return new Loaded(List.of(authorities));
    }

    /** The JDK's. */
    record Jdk() implements TlsTrust {}

    /** A file. */
    record PemFile(Path authorities) implements TlsTrust {
        /** Checks that it is not null. */
        public PemFile {
            Objects.requireNonNull(authorities, "authorities");
        }
    }

    /** In memory. */
    record Loaded(List<X509Certificate> authorities) implements TlsTrust {
        /** Checks that there is one. */
        public Loaded {
            authorities = List.copyOf(authorities);
            if (authorities.isEmpty()) {
                throw new IllegalArgumentException("trust in nobody: give at least one certification authority");
            }
        }
    }
}
