package dev.parley.rpc;

import dev.parley.Attributes;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * How messages are compressed on the wire. Servers and channels read all of these. A server answers in the first of the
 * client's list that it knows, a channel asks in what {@link ChannelBuilder#compression} says; messages under {@link
 * #DEFAULT_THRESHOLD} bytes, and those that would not become smaller, go as they are.
 *
 * <p>What is compressed together with a secret and with text of an attacker's choice can give the secret away by its
 * length (BREACH): a method that answers with both says {@code Compression.respondWith(IDENTITY)}.
 */
public enum Compression {
    /** As it is. */
    IDENTITY("identity"),
    /** RFC 1952, by the JDK's zlib. */
    GZIP("gzip"),
    /** RFC 8878, with windows up to 8 MiB (RFC 9659). */
    ZSTD("zstd");

    /** From how many bytes on a message is compressed, unless told otherwise. */
    public static final int DEFAULT_THRESHOLD = 1024;

    /** What the call's answer is to be compressed by, if its handler says so. */
    static final Attributes.Key<Compression> RESPONSE = Attributes.Key.of("response-compression");

    /** What the call's request is to be compressed by, if its caller says so. */
    static final Attributes.Key<Compression> REQUEST = Attributes.Key.of("request-compression");

    private static final String GZIP_AND_IDENTITY = "gzip,identity";
    private static final int MOST_LISTED = 32;

    private final String wireName;

    Compression(String wireName) {
        this.wireName = wireName;
    }

    /**
     * Says how the messages are compressed that the current call's handler answers with from now on, however small they
     * are. Without effect if the client does not accept it; a stream that has begun can only change between what it began
     * with and {@link #IDENTITY}.
     *
     * @throws IllegalStateException outside a handler
     */
    public static void respondWith(Compression how) {
        Call.current().attributes().put(RESPONSE, how);
    }

    /** Its name in headers. */
    String wireName() {
        return wireName;
    }

    /** What is accepted, best first, for the headers that say so. */
    static String accepted() {
        return ZstdFormat.isAvailable() ? "zstd," + GZIP_AND_IDENTITY : GZIP_AND_IDENTITY;
    }

    /** The one of that name in a header; no name is identity. */
    static Optional<Compression> ofName(String name) {
        return switch (name.trim().toLowerCase(Locale.ROOT)) {
            case "", "identity" -> Optional.of(IDENTITY);
            case "gzip" -> Optional.of(GZIP);
            case "zstd" -> ZstdFormat.isAvailable() ? Optional.of(ZSTD) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /**
     * What {@code header} says that messages are compressed by.
     *
     * @throws CallException UNIMPLEMENTED on a server, INTERNAL on a client if it is none of these
     */
    static Compression of(Metadata headers, String header, Side side) {
        return named(headers.get(header).orElse(""), side);
    }

    static Compression named(String name, Side side) {
        return ofName(name).orElseThrow(() -> {
            String message = "compression \"" + name + "\" is not supported; expected one of " + accepted();
            return side == Side.REQUEST
                    ? new CallException(Code.UNIMPLEMENTED, message)
                    : side.protocolError("has a " + message);
        });
    }

    /**
     * Those of the client's list that are known, in its order, which is that of preference; identity is everybody's last and
     * not among them. A client without a list accepts what it has sent itself.
     */
    static List<Compression> acceptedBy(Metadata request, String accept, String encoding) {
        List<Compression> known = new ArrayList<>(2);
        List<String> lists = request.getAll(accept);
        if (lists.isEmpty()) {
            ofName(request.get(encoding).orElse("")).ifPresent(known::add);
        }
        for (String list : lists) {
            for (String entry : list.split(",", MOST_LISTED)) {
                int parameters = entry.indexOf(';');
                String name = parameters < 0 ? entry : entry.substring(0, parameters);
                if (parameters < 0 || !isZero(entry.substring(parameters))) {
                    ofName(name).ifPresent(known::add);
                }
            }
        }
        known.removeIf(each -> each == IDENTITY);
        return known;
    }

    /** HTTP's way to say no: {@code gzip;q=0}. */
    private static boolean isZero(String parameters) {
        return parameters.replace(" ", "").toLowerCase(Locale.ROOT).matches(";q=0(\\.0*)?");
    }

    /** These bytes compressed, behind {@code room} zeros. */
    byte[] deflate(byte[] bytes, int offset, int length, int room) {
        return switch (this) {
            case IDENTITY -> {
                byte[] copy = new byte[room + length];
                System.arraycopy(bytes, offset, copy, room, length);
                yield copy;
            }
            case GZIP -> {
                ByteArrayOutputStream packed = new ByteArrayOutputStream(Math.max(64, room + length / 4));
                packed.writeBytes(new byte[room]);
                try (FastGzip out = new FastGzip(packed)) {
                    out.write(bytes, offset, length);
                } catch (IOException e) {
                    throw new AssertionError("compressing in memory failed", e);
                }
                yield packed.toByteArray();
            }
            case ZSTD -> ZstdFormat.compress(bytes, offset, length, room);
        };
    }

    /** The bytes behind, never more than {@code limit}; of none, which cannot be compressed, none. */
    byte[] inflate(byte[] bytes, int offset, int length, int limit, Side side) {
        if (length == 0 || this == IDENTITY) {
            return Arrays.copyOfRange(bytes, offset, offset + length);
        }
        InputStream packed = new ByteArrayInputStream(bytes, offset, length);
        try (InputStream in = inflating(packed)) {
            byte[] inflated = in.readNBytes(limit == Integer.MAX_VALUE ? limit : limit + 1);
            if (inflated.length > limit) {
                throw side.largerThan(limit);
            }
            return inflated;
        } catch (IOException e) {
            throw side.protocolError("holds a compressed message that is not " + wireName + ": " + e.getMessage());
        }
    }

    /** What {@code packed} holds; reads its first bytes. */
    InputStream inflating(InputStream packed) throws IOException {
        return switch (this) {
            case IDENTITY -> packed;
            case GZIP -> new GZIPInputStream(packed);
            case ZSTD -> ZstdFormat.decompressing(packed);
        };
    }

    /** The JDK's default of six takes three times as long for a tenth less. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream to) throws IOException {
            super(to);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
