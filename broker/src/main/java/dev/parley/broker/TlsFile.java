package dev.parley.broker;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/**
 * What a file of TLS must hold. A client reads its files with its first request, which is late to hear of a wrong one, so they are looked at
 * when the URI is read; what is in them is checked by the client.
 */
enum TlsFile {
    /** One or more. */
    CERTIFICATES("certificates in PEM"),
    /** One. */
    KEY("an unencrypted key in PEM (PKCS #8)");

    private static final int MOST_BYTES = 1 << 20;

    final String words;

    TlsFile(String words) {
        this.words = words;
    }

    void check(Path file) throws IOException, GeneralSecurityException {
        byte[] bytes = read(file);
        switch (this) {
            case CERTIFICATES -> {
                if (CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(bytes))
                        .isEmpty()) {
                    throw new CertificateException("it holds no certificate (BEGIN CERTIFICATE)");
                }
            }
            case KEY -> {
                if (!new String(bytes, StandardCharsets.US_ASCII).contains("-----BEGIN PRIVATE KEY-----")) {
                    throw new KeyException("it holds no BEGIN PRIVATE KEY");
                }
            }
        }
    }

    private static byte[] read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new NoSuchFileException("it is no file");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException("it is larger than " + MOST_BYTES + " bytes");
            }
            return bytes;
        }
    }
}
