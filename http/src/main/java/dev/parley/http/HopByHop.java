package dev.parley.http;

import dev.parley.Metadata;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Headers of one connection, which no handler sets and no hop passes on (RFC 9110, 7.6.1). */
final class HopByHop {

    static final AsciiString CONNECTION = AsciiString.cached("connection");
    static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");
    static final AsciiString UPGRADE = AsciiString.cached("upgrade");
    static final AsciiString TE = AsciiString.cached("te");

    private static final AsciiString[] ALWAYS = {
        CONNECTION,
        AsciiString.cached("keep-alive"),
        AsciiString.cached("proxy-connection"),
        TRANSFER_ENCODING,
        UPGRADE,
        AsciiString.cached("http2-settings"),
        TE
    };

    private HopByHop() {}

    /** Whether HTTP/2 forbids it, and HTTP/1.1 leaves it to the connection. */
    static boolean isForbidden(String name) {
        return switch (name) {
            case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade" -> true;
            default -> false;
        };
    }

    /** Takes all of them out but those that {@link #removeNamed} takes. */
    static void remove(Fields fields) {
        for (AsciiString name : ALWAYS) {
            fields.remove(name);
        }
    }

    /**
     * Takes out what {@code Connection} names. Nobody can name away what frames the message or says where it goes: the
     * next hop would see another message than this one.
     */
    static void removeNamed(Fields fields) {
        String first = fields.get(CONNECTION);
        if (first == null || isPlain(first)) {
            return;
        }
        List<String> all = fields.getAll(CONNECTION);
        for (String value : all) {
            for (String token : value.split(",", -1)) {
                String name = token.trim().toLowerCase(Locale.ROOT);
                switch (name) {
                    case "", "close", "upgrade", "te", "host", "content-length", "transfer-encoding", "connection" -> {}
                    default -> fields.remove(AsciiString.of(name));
                }
            }
        }
    }

    /** Trailers without what has no place behind a body (RFC 9110, 6.5.1). */
    static Fields trailers(Fields received) {
        Metadata kept = new Metadata();
        received.metadata().forEach((name, value) -> {
            switch (name) {
                case "connection",
                        "keep-alive",
                        "proxy-connection",
                        "transfer-encoding",
                        "upgrade",
                        "te",
                        "trailer",
                        "host",
                        "content-length" -> {}
                default -> kept.add(name, value);
            }
        });
        return Fields.of(kept);
    }

    private static boolean isPlain(String connection) {
        return connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close");
    }

    /** Whether {@code list}, such as the value of Connection, holds {@code token}. */
    static boolean hasToken(@Nullable String list, String token) {
        if (list == null) {
            return false;
        }
        for (String each : list.split(",", -1)) {
            int parameters = each.indexOf(';');
            if ((parameters < 0 ? each : each.substring(0, parameters)).trim().equalsIgnoreCase(token)) {
                return true;
            }
        }
        return false;
    }
}
