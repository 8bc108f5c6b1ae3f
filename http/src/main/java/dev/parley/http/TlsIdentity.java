package dev.parley.http;

import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;

/** A certificate chain and its private key: who a server is, or a client that has to say so. Immutable. */
public sealed interface TlsIdentity {

    /**
     * From two PEM files: the chain, the own certificate first, and its key, unencrypted in PKCS #8 ({@code BEGIN PRIVATE
     * KEY}). Both are read again when they change, by whatever means: written in place, renamed over, or a link that
     * points elsewhere, as in a Kubernetes volume.
     */
    static TlsIdentity pem(Path chain, Path key) {
        return new PemFiles(chain, key);
    }

    /** From memory, for example out of a {@link java.security.KeyStore}; the own certificate comes first. */
    static TlsIdentity of(PrivateKey key, X509Certificate... chain) {
        return new Loaded(key, List.of(chain));
    }

    /** Two files. */
    record PemFiles(Path chain, Path key) implements TlsIdentity {
        /** Checks that nothing is null. */
        public PemFiles {
            Objects.requireNonNull(chain, "chain");
            Objects.requireNonNull(key, "key");
        }
    }

    /** In memory. */
    record Loaded(PrivateKey key, List<X509Certificate> chain) implements TlsIdentity {
        /** Checks that there is a certificate. */
        public Loaded {
            Objects.requireNonNull(key, "key");
            chain = List.copyOf(chain);
            if (chain.isEmpty()) {
                throw new IllegalArgumentException("a TLS identity needs a certificate, but the chain is empty");
            }
        }

        @Override
        public String toString() {
            return "Loaded[" + chain.getFirst().getSubjectX500Principal() + "]"; // never the key
        }
    }
}
