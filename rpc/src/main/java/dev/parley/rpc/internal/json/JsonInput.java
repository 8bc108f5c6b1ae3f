package dev.parley.rpc.internal.json;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/** One JSON text, token by token, and what is wrong with it, with the path to where it stands. */
final class JsonInput {

    /** Two for each message, which may stand in a list, and some for what is unknown. */
    static final int MAX_LEVELS = 255;

    static final int MAX_NUMBER_LENGTH = 1000;
    /**
     * Jackson keeps names for the next text, up to 6,000 of any length; those of a text with longer ones than this are not
     * kept, since they are a peer's map keys rather than fields.
     */
    private static final int LONGEST_KEPT_NAME = 256;

    // Of what is read here a text has at most as many characters as bytes, and the bytes are bounded already.
    private static final JsonFactory JACKSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_LEVELS)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final String within;
    /** Only behind a backslash can half a surrogate pair hide: the bytes themselves have been looked at. */
    private final boolean escapes;

    private final JsonParser parser;
    private boolean keepNames = true;

    private JsonInput(byte[] bytes, int offset, int length, String within, boolean escapes) {
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
        this.within = within;
        this.escapes = escapes;
        this.parser = JACKSON.createParser(ObjectReadContext.empty(), bytes, offset, length);
    }

    /** A text; {@code within} is the field whose value it is, empty if it is a whole message. */
    static JsonInput open(byte[] bytes, int offset, int length, String within) throws InvalidProtocolBufferException {
        int found = Utf8Scan.of(bytes, offset, length);
        if ((found & Utf8Scan.INVALID) != 0) {
            throw new InvalidProtocolBufferException("it is not UTF-8");
        }
        return new JsonInput(bytes, offset, length, within, (found & Utf8Scan.BACKSLASH) != 0);
    }

    JsonToken token() throws InvalidProtocolBufferException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new InvalidProtocolBufferException("no bytes are not a JSON value");
        }
        return token;
    }

    JsonToken next() throws InvalidProtocolBufferException {
        JsonToken token = parser.nextToken();
        if (token == null) {
            throw new InvalidProtocolBufferException("no bytes are not a JSON value");
        }
        return token;
    }

    /** The next name in an object; null at its end. */
    @Nullable
    String nextName() {
        String name = parser.nextName();
        if (name != null && name.length() > LONGEST_KEPT_NAME) {
            keepNames = false;
        }
        return name;
    }

    /** Behind the value: there must be nothing else. */
    void end() throws InvalidProtocolBufferException {
        if (parser.nextToken() != null) {
            throw new InvalidProtocolBufferException("there is more behind the value: " + shown());
        }
        if (keepNames) {
            parser.close(); // gives its names and buffers to the next one
        }
    }

    /** Goes to the end of the current value. */
    void skip() throws InvalidProtocolBufferException {
        int open = 0;
        do {
            JsonToken token = token();
            if (token.isStructStart()) {
                open++;
            } else if (token.isStructEnd()) {
                open--;
            }
            if (open > 0) {
                next();
                String name = parser.currentName();
                if (name != null && name.length() > LONGEST_KEPT_NAME) {
                    keepNames = false;
                }
            }
        } while (open > 0);
    }

    /** Goes from the first name of an object to its end. */
    void leaveObject() throws InvalidProtocolBufferException {
        do {
            next();
            skip();
        } while (nextName() != null);
    }

    String string(String expected) throws InvalidProtocolBufferException {
        if (token() != JsonToken.VALUE_STRING) {
            throw unexpected(expected);
        }
        return checked(parser.getString());
    }

    /** A string or a name without half a surrogate pair. */
    String checked(String text) throws InvalidProtocolBufferException {
        if (escapes) {
            int length = text.length();
            for (int i = 0; i < length; i++) {
                if (Character.isSurrogate(text.charAt(i))) {
                    boolean pair = Character.isHighSurrogate(text.charAt(i))
                            && i + 1 < length
                            && Character.isLowSurrogate(text.charAt(i + 1));
                    if (!pair) {
                        throw refused("has half of a surrogate pair, \\u"
                                + Integer.toHexString(text.charAt(i)).toUpperCase(Locale.ROOT));
                    }
                    i++;
                }
            }
        }
        return text;
    }

    /** Whether this is a number that is written as a whole one and fits into 64 bits with a sign. */
    boolean isLong() throws InvalidProtocolBufferException {
        return token() == JsonToken.VALUE_NUMBER_INT && parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
    }

    long longValue() {
        return parser.getLongValue();
    }

    /** The text of the current string, number or word. */
    String text() {
        return parser.getString();
    }

    /** Where the current token begins, counted from the first byte. */
    int position() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /** The same bytes from a {@link #position} on. */
    JsonParser again(int position) {
        return JACKSON.createParser(ObjectReadContext.empty(), bytes, offset + position, length - position);
    }

    InvalidProtocolBufferException unexpected(String expected) {
        return refused("must be " + expected + ", but is " + shown());
    }

    /** About the value at the current token. */
    InvalidProtocolBufferException refused(String what) {
        String path = JsonPath.of(parser.streamReadContext(), within);
        return new InvalidProtocolBufferException(path.isEmpty() ? "it " + what : "field " + path + ": " + what);
    }

    InvalidProtocolBufferException malformed(JacksonException e) {
        String path = JsonPath.of(parser.streamReadContext(), within);
        TokenStreamLocation told = e.getLocation(); // none if it is a limit
        TokenStreamLocation at = told == null ? parser.currentLocation() : told;
        return new InvalidProtocolBufferException(
                (path.isEmpty() ? "" : "field " + path + ": ") + "not JSON at line " + at.getLineNr() + ", column "
                        + at.getColumnNr() + ": " + e.getOriginalMessage(),
                e);
    }

    private String shown() {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case null -> "nothing";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING, PROPERTY_NAME -> Shown.quoted(parser.getString());
            default -> Shown.plain(parser.getString());
        };
    }
}
