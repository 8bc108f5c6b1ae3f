package dev.parley.http;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates and keys in PEM (RFC 7468). Messages name the file and say what is wrong; never what is in a key. */
final class Pem {

    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";

    private Pem() {}

    static X509Certificate[] certificates(Path file, byte[] bytes) throws GeneralSecurityException {
        List<X509Certificate> found = new ArrayList<>();
        try {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
                found.add((X509Certificate) certificate);
            }
        } catch (CertificateException e) {
            throw new CertificateException(file + " holds no X.509 certificates in PEM: " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new CertificateException(file + " holds no certificate (expected BEGIN CERTIFICATE)");
        }
        return found.toArray(X509Certificate[]::new);
    }

    /** The key that belongs to {@code certificate}. */
    static PrivateKey key(Path file, byte[] bytes, X509Certificate certificate) throws GeneralSecurityException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new GeneralSecurityException(file + " holds no unencrypted PKCS #8 key (expected BEGIN PRIVATE KEY"
                    + (text.contains("PRIVATE KEY-----")
                            ? "); convert it with: openssl pkcs8 -topk8 -nocrypt -in " + file.getFileName()
                            : ")"));
        }
        String algorithm = certificate.getPublicKey().getAlgorithm();
        try {
            byte[] der = Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end));
            PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            check(key, certificate.getPublicKey(), file);
            return key;
        } catch (IllegalArgumentException | java.security.spec.InvalidKeySpecException e) {
            throw new GeneralSecurityException(
                    file + " holds no " + algorithm + " key, which its certificate has: " + e.getMessage(), e);
        }
    }

    /** A key of another certificate would only be noticed in the first handshake. */
    private static void check(PrivateKey key, PublicKey certified, Path file) throws GeneralSecurityException {
        String algorithm = switch (certified.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> certified.getAlgorithm(); // Ed25519 and the like
        };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update((byte) 1);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update((byte) 1);
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException("the key in " + file + " is not that of the certificate");
        }
    }
}
