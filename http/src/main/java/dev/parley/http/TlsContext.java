package dev.parley.http;

import dev.parley.Timer;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Netty's TLS context, made again when one of the files behind it changes. The files are read whole at each look and
 * compared by their digest: times and links tell too little. BoringSSL where its library is there, otherwise the JDK.
 */
final class TlsContext implements AutoCloseable {

    /** {@code jdk} does without BoringSSL. */
    static final String PROVIDER = "dev.parley.http.tls";

    private static final System.Logger LOG = System.getLogger(TlsContext.class.getName());
    private static final int MOST_BYTES = 1 << 20;

    private interface Factory {
        SslContext create(Map<Path, byte[]> files) throws GeneralSecurityException, IOException;
    }

    private final Factory factory;
    private final List<Path> paths;
    private final Duration interval;
    private byte[] digest;
    private volatile SslContext current;
    private volatile boolean closed;
    private volatile Timer.@Nullable Scheduled next;

    private TlsContext(List<Path> paths, Duration interval, Factory factory) {
        this.factory = factory;
        this.paths = paths;
        this.interval = interval;
        try {
            Map<Path, byte[]> files = read();
            this.digest = digest(files);
            this.current = factory.create(files);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + reason(e), e);
        }
        if (!paths.isEmpty()) {
            lookLater();
        }
    }

    static TlsContext server(ServerTls tls) {
        return new TlsContext(files(tls.identity(), tls.trust()), tls.reloadInterval(), files -> {
            X509Certificate[] chain = chain(tls.identity(), files);
            SslContextBuilder builder = base(SslContextBuilder.forServer(key(tls.identity(), chain[0], files), chain))
                    .applicationProtocolConfig(
                            alpn(List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)))
                    .clientAuth(
                            switch (tls.clientAuth()) {
                                case NONE -> io.netty.handler.ssl.ClientAuth.NONE;
                                case OPTIONAL -> io.netty.handler.ssl.ClientAuth.OPTIONAL;
                                case REQUIRED -> io.netty.handler.ssl.ClientAuth.REQUIRE;
                            });
            return trust(builder, tls.trust(), files).build();
        });
    }

    /** {@code protocols}: what ALPN offers, the preferred one first. */
    static TlsContext client(ClientTls tls, List<String> protocols) {
        TlsIdentity identity = tls.identity().orElse(null);
        return new TlsContext(files(identity, tls.trust()), tls.reloadInterval(), files -> {
            SslContextBuilder builder = base(SslContextBuilder.forClient())
                    .endpointIdentificationAlgorithm("HTTPS")
                    .applicationProtocolConfig(alpn(protocols));
            if (identity != null) {
                X509Certificate[] chain = chain(identity, files);
                builder.keyManager(key(identity, chain[0], files), chain);
            }
            return trust(builder, tls.trust(), files).build();
        });
    }

    private static SslContextBuilder base(SslContextBuilder builder) {
        boolean jdk = "jdk".equals(System.getProperty(PROVIDER)) || !OpenSsl.isAvailable();
        return builder.sslProvider(jdk ? SslProvider.JDK : SslProvider.OPENSSL)
                .protocols("TLSv1.3", "TLSv1.2")
                .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE);
    }

    private static ApplicationProtocolConfig alpn(List<String> protocols) {
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                protocols);
    }

    private static List<Path> files(@Nullable TlsIdentity identity, TlsTrust trust) {
        List<Path> files = new ArrayList<>();
        if (identity instanceof TlsIdentity.PemFiles pem) {
            files.add(pem.chain());
            files.add(pem.key());
        }
        if (trust instanceof TlsTrust.PemFile pem) {
            files.add(pem.authorities());
        }
        return files;
    }

    private static X509Certificate[] chain(TlsIdentity identity, Map<Path, byte[]> files)
            throws GeneralSecurityException {
        return switch (identity) {
            case TlsIdentity.Loaded loaded -> loaded.chain().toArray(X509Certificate[]::new);
            case TlsIdentity.PemFiles pem -> Pem.certificates(pem.chain(), bytes(files, pem.chain()));
        };
    }

    private static PrivateKey key(TlsIdentity identity, X509Certificate own, Map<Path, byte[]> files)
            throws GeneralSecurityException {
        return switch (identity) {
            case TlsIdentity.Loaded loaded -> loaded.key();
            case TlsIdentity.PemFiles pem -> Pem.key(pem.key(), bytes(files, pem.key()), own);
        };
    }

    private static SslContextBuilder trust(SslContextBuilder builder, TlsTrust trust, Map<Path, byte[]> files)
            throws GeneralSecurityException {
        return switch (trust) {
            case TlsTrust.Jdk jdk -> builder;
            case TlsTrust.Loaded loaded ->
                builder.trustManager(loaded.authorities().toArray(X509Certificate[]::new));
            case TlsTrust.PemFile pem ->
                builder.trustManager(Pem.certificates(pem.authorities(), bytes(files, pem.authorities())));
        };
    }

    private static byte[] bytes(Map<Path, byte[]> files, Path file) {
        return java.util.Objects.requireNonNull(files.get(file));
    }

    /** The context for a new connection. */
    SslContext current() {
        return current;
    }

    private Map<Path, byte[]> read() throws IOException {
        Map<Path, byte[]> files = new HashMap<>();
        for (Path path : paths) {
            try (InputStream in = Files.newInputStream(path)) {
                byte[] bytes = in.readNBytes(MOST_BYTES + 1);
                if (bytes.length > MOST_BYTES) {
                    throw new IOException(path + " is larger than " + MOST_BYTES + " bytes");
                }
                files.put(path, bytes);
            }
        }
        return files;
    }

    private byte[] digest(Map<Path, byte[]> files) throws GeneralSecurityException {
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        for (Path path : paths) {
            sha.update(bytes(files, path));
            sha.update((byte) 0);
        }
        return sha.digest();
    }

    private void lookLater() {
        if (!closed) {
            // The look reads files, which the timer's thread must not.
            next = Timer.system()
                    .schedule(
                            interval.toNanos(),
                            () -> Thread.ofVirtual().name("parley-tls-reload").start(this::look));
        }
    }

    private void look() {
        try {
            Map<Path, byte[]> files = read();
            byte[] now = digest(files);
            if (!MessageDigest.isEqual(now, digest)) {
                // Before it is tried: a file that cannot be used is told once, and taken when it changes again.
                digest = now;
                current = factory.create(files);
                LOG.log(System.Logger.Level.INFO, () -> "TLS files were read again: " + paths);
            }
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    () -> "TLS files changed and cannot be used, so those of before stay: " + reason(e));
        } finally {
            lookLater();
        }
    }

    private static String reason(Exception e) {
        return e instanceof java.nio.file.NoSuchFileException missing
                ? "there is no file " + missing.getFile()
                : String.valueOf(e.getMessage());
    }

    @Override
    public void close() {
        closed = true;
        Timer.Scheduled task = next;
        if (task != null) {
            task.cancel();
        }
    }
}
