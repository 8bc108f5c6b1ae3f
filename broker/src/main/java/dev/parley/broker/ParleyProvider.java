package dev.parley.broker;

import dev.parley.http.ClientTls;
import dev.parley.http.TlsIdentity;
import dev.parley.http.TlsTrust;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.Set;

/**
 * Opens {@code parley://:TOKEN@host:port}, and {@code parleys://} over TLS. Without a port it is {@link BrokerServer#DEFAULT_PORT}; without a
 * token that of the environment's {@code PARLEY_BROKER_TOKEN}, if it is set.
 *
 * <p>Options of {@code parleys://}, files in PEM that are read again when they change:
 *
 * <ul>
 *   <li>{@code cacert}: the certification authorities to trust; without it those of the JDK
 *   <li>{@code cert} and {@code key}: the client's certificate chain and its key, for a server that asks for them
 * </ul>
 *
 * The server's certificate must have the URI's host name or address. Thread-safe.
 */
public final class ParleyProvider implements BrokerProvider {

    static final String PLAIN = "parley";
    static final String TLS = "parleys";

    private static final Set<String> TLS_OPTIONS = Set.of("cacert", "cert", "key");

    /** For {@link java.util.ServiceLoader}. */
    public ParleyProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of(PLAIN, TLS);
    }

    @Override
    public BrokerBackend open(BrokerUri uri, BrokerOptions options) {
        boolean secure = uri.scheme().equals(TLS);
        for (String option : TLS_OPTIONS) {
            if (!secure && uri.parameter(option).isPresent()) {
                throw new IllegalArgumentException(
                        "option %s of %s is one of TLS, which is parleys://host:port".formatted(option, uri));
            }
        }
        uri.checkParameters(secure ? TLS_OPTIONS : Set.of());
        if (uri.hosts().size() != 1) {
            throw new IllegalArgumentException("%s must name one server: %s://host:port".formatted(uri, uri.scheme()));
        }
        if (!uri.path().isEmpty()) {
            throw new IllegalArgumentException(
                    "%s must end with the port: %s://host:port".formatted(uri, uri.scheme()));
        }
        String host = uri.hosts().getFirst();
        boolean hasPort = !host.endsWith("]") && host.indexOf(':') >= 0;
        Optional<String> token = uri.password().or(() -> Optional.ofNullable(System.getenv("PARLEY_BROKER_TOKEN")));
        return new RemoteBackend(
                hasPort ? host : host + ':' + BrokerServer.DEFAULT_PORT,
                secure ? Optional.of(tls(uri)) : Optional.empty(),
                token,
                options);
    }

    private static ClientTls tls(BrokerUri uri) {
        ClientTls tls = ClientTls.defaults();
        Optional<Path> authorities = file(uri, "cacert", TlsFile.CERTIFICATES);
        if (authorities.isPresent()) {
            tls = tls.withTrust(TlsTrust.pem(authorities.get()));
        }
        Optional<Path> chain = file(uri, "cert", TlsFile.CERTIFICATES);
        Optional<Path> key = file(uri, "key", TlsFile.KEY);
        if (chain.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("options cert and key of %s belong together, but %s is missing"
                    .formatted(uri, chain.isPresent() ? "key" : "cert"));
        }
        return chain.isPresent() ? tls.withIdentity(TlsIdentity.pem(chain.get(), key.get())) : tls;
    }

    private static Optional<Path> file(BrokerUri uri, String option, TlsFile expected) {
        return uri.parameter(option).map(name -> {
            try {
                Path file = Path.of(name);
                expected.check(file);
                return file;
            } catch (IOException | GeneralSecurityException | InvalidPathException e) {
                throw new IllegalArgumentException(
                        "option %s of %s must be a file with %s, but is \"%s\": %s"
                                .formatted(option, uri, expected.words, name, e.getMessage()),
                        e);
            }
        });
    }
}
