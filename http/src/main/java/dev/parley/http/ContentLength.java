package dev.parley.http;

import dev.parley.Metadata;
import java.util.Optional;

/** The declared length of a body. */
final class ContentLength {

    private ContentLength() {}

    /** The length, or -1 if none is declared or it is no number (Netty has refused that before where it matters). */
    static long of(Metadata headers) {
        Optional<String> declared = headers.get("content-length");
        if (declared.isEmpty()) {
            return -1;
        }
        try {
            return Math.max(-1, Long.parseLong(declared.get()));
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
