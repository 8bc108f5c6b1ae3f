package dev.parley.http;

import dev.parley.Metadata;
import io.netty.util.AsciiString;
import java.util.Optional;

/** The declared length of a body. */
final class ContentLength {

    private static final AsciiString NAME = AsciiString.cached("content-length");
    private static final int MOST_DIGITS = 18;

    private ContentLength() {}

    /** The length, or -1 if none is declared or it is no number (Netty has refused that before where it matters). */
    static long of(Metadata headers) {
        Optional<String> declared = headers.get("content-length");
        return declared.isEmpty() ? -1 : parse(declared.get());
    }

    /** As {@link #of(Metadata)}, of headers that nobody may have to look at. */
    static long of(Fields fields) {
        String declared = fields.get(NAME);
        return declared == null ? -1 : parse(declared);
    }

    // Not Long.parseLong: a sign is no digit.
    private static long parse(String text) {
        if (text.isEmpty() || text.length() > MOST_DIGITS) {
            return -1;
        }
        long length = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            length = length * 10 + digit - '0';
        }
        return length;
    }
}
