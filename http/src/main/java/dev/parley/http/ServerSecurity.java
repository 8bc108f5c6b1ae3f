package dev.parley.http;

import java.time.Duration;

/**
 * TLS on a server's port.
 *
 * @param plainToo whether the port also takes what is not TLS
 */
record ServerSecurity(TlsContext context, Duration handshakeTimeout, boolean plainToo) {}
