package dev.parley.http;

/** Whether a server asks its clients for a certificate (mutual TLS). */
public enum ClientAuth {
    /** Asks for none. */
    NONE,
    /** Asks for one; a client without is let in, one with a certificate that is not trusted is not. */
    OPTIONAL,
    /** Lets nobody in without a certificate that it trusts. */
    REQUIRED
}
