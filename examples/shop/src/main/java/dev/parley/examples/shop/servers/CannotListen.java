package dev.parley.examples.shop.servers;

import java.io.UncheckedIOException;

/** A server could not have its port. */
public final class CannotListen extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final String IN_USE = "Address already in use";

    CannotListen(String host, int port, UncheckedIOException cause) {
        super(
                String.valueOf(cause.getMessage()).contains(IN_USE)
                        ? "port " + port + " on " + host + " is in use"
                        : "cannot listen on port " + port + " of " + host + ": " + cause.getMessage(),
                cause);
    }
}
