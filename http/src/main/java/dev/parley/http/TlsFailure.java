package dev.parley.http;

import io.netty.handler.codec.DecoderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;

/** What is behind a failure of TLS, in words for whoever has to mend it. */
final class TlsFailure {

    private static final int MOST_CAUSES = 10;

    private TlsFailure() {}

    /** The innermost reason of the certificate check if that is what failed, otherwise the outermost of TLS. */
    static String reason(Throwable thrown) {
        Throwable certificate = null;
        Throwable current = thrown;
        for (int i = 0; current != null && i < MOST_CAUSES; i++) {
            if (current instanceof CertificateException
                    || current instanceof java.security.cert.CertPathValidatorException) {
                certificate = current;
            }
            current = current.getCause();
        }
        Throwable told = certificate != null ? certificate : unwrapped(thrown);
        String message = String.valueOf(told.getMessage());
        return told instanceof CertificateExpiredException
                ? "the certificate has expired (" + message + ")"
                : told instanceof CertificateNotYetValidException
                        ? "the certificate is not valid yet (" + message + ")"
                        : message;
    }

    /** Netty's decoders wrap what TLS throws. */
    static Throwable unwrapped(Throwable thrown) {
        return thrown instanceof DecoderException && thrown.getCause() instanceof SSLException tls ? tls : thrown;
    }

    /** A server that will not have us says so by an alert, in TLS 1.3 only after the handshake; empty if that is not it. */
    static String alert(Throwable thrown) {
        Throwable told = unwrapped(thrown);
        return told instanceof SSLException ? " (" + told.getMessage() + ")" : "";
    }
}
