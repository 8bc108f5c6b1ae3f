package dev.parley.http;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** A certification authority and what it has signed, as files. */
final class TestCertificates {

    final X509Bundle authority;
    private final Path folder;

    TestCertificates(Path folder) throws Exception {
        this.folder = folder;
        this.authority = new CertificateBuilder()
                .ecp256()
                .subject("CN=Parley test authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        Files.writeString(authorityFile(), authority.getCertificatePEM());
    }

    Path authorityFile() {
        return folder.resolve("authority.pem");
    }

    TlsTrust trust() {
        return TlsTrust.of(authority.getCertificate());
    }

    /** For 127.0.0.1 and localhost. */
    X509Bundle server(String commonName) throws Exception {
        return builder(commonName).buildIssuedBy(authority);
    }

    static CertificateBuilder builder(String commonName) throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=" + commonName)
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1");
    }

    X509Bundle expired() throws Exception {
        Instant now = Instant.now();
        return builder("expired")
                .notBefore(now.minus(20, ChronoUnit.DAYS))
                .notAfter(now.minus(10, ChronoUnit.DAYS))
                .buildIssuedBy(authority);
    }

    X509Bundle elsewhere() throws Exception {
        return new CertificateBuilder()
                .ecp256()
                .subject("CN=elsewhere")
                .addSanDnsName("elsewhere.example")
                .buildIssuedBy(authority);
    }

    static TlsIdentity identity(X509Bundle bundle) {
        return TlsIdentity.of(bundle.getKeyPair().getPrivate(), bundle.getCertificatePath());
    }

    Path chainFile() {
        return folder.resolve("tls.crt");
    }

    Path keyFile() {
        return folder.resolve("tls.key");
    }

    /** Writes both files in place. */
    TlsIdentity write(X509Bundle bundle) throws Exception {
        Files.writeString(chainFile(), bundle.getCertificatePathPEM());
        Files.writeString(keyFile(), bundle.getPrivateKeyPEM());
        return TlsIdentity.pem(chainFile(), keyFile());
    }

    ClientTls client() {
        return ClientTls.defaults().withTrust(trust());
    }
}
