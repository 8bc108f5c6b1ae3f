package dev.parley.rpc.internal.json;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Base64;
import tools.jackson.core.JsonToken;

/** Reads numbers, words and bytes from the current token. */
final class Scalars {

    private final JsonInput in;

    Scalars(JsonInput in) {
        this.in = in;
    }

    int int32() throws InvalidProtocolBufferException {
        return int32("an int32");
    }

    int int32(String kind) throws InvalidProtocolBufferException {
        return (int) between(Integer.MIN_VALUE, Integer.MAX_VALUE, kind);
    }

    int uint32() throws InvalidProtocolBufferException {
        return (int) between(0, 0xffff_ffffL, "a uint32");
    }

    long int64() throws InvalidProtocolBufferException {
        return between(Long.MIN_VALUE, Long.MAX_VALUE, "an int64");
    }

    private long between(long least, long most, String kind) throws InvalidProtocolBufferException {
        try {
            long number = in.isLong() ? in.longValue() : WholeNumber.signed(number(kind));
            if (number >= least && number <= most) {
                return number;
            }
            throw in.unexpected(kind + " (" + least + " to " + most + ')');
        } catch (NumberFormatException e) {
            throw in.unexpected(kind);
        }
    }

    long uint64() throws InvalidProtocolBufferException {
        try {
            if (in.isLong()) {
                long number = in.longValue();
                if (number >= 0) {
                    return number;
                }
            }
            return WholeNumber.unsigned(number("a uint64"));
        } catch (NumberFormatException e) {
            throw in.unexpected("a uint64");
        }
    }

    double real() throws InvalidProtocolBufferException {
        return real("a double");
    }

    float single() throws InvalidProtocolBufferException {
        double real = real("a float");
        float number = (float) real;
        if (Float.isInfinite(number) && !Double.isInfinite(real)) {
            throw in.unexpected("a float (up to " + Float.MAX_VALUE + ')');
        }
        return number;
    }

    private double real(String kind) throws InvalidProtocolBufferException {
        String text = number(kind);
        if (in.token() == JsonToken.VALUE_STRING) {
            switch (text) {
                case "NaN" -> {
                    return Double.NaN;
                }
                case "Infinity" -> {
                    return Double.POSITIVE_INFINITY;
                }
                case "-Infinity" -> {
                    return Double.NEGATIVE_INFINITY;
                }
                default -> {
                    if (!WholeNumber.isNumber(text)) {
                        throw in.unexpected(kind);
                    }
                }
            }
        }
        return finite(text, kind);
    }

    /** A number token as a number that is not infinite. */
    double finite(String text, String kind) throws InvalidProtocolBufferException {
        double number = Double.parseDouble(text);
        if (Double.isInfinite(number)) {
            throw in.unexpected(kind + " (up to " + Double.MAX_VALUE + ')');
        }
        return number;
    }

    private String number(String kind) throws InvalidProtocolBufferException {
        return switch (in.token()) {
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT, VALUE_STRING -> in.text();
            default -> throw in.unexpected(kind);
        };
    }

    boolean bool() throws InvalidProtocolBufferException {
        return switch (in.token()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw in.unexpected("true or false");
        };
    }

    /** Base64 in the standard or the URL alphabet, padded or not. */
    ByteString bytes() throws InvalidProtocolBufferException {
        String text = in.string("base64");
        boolean url = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
        try {
            byte[] bytes = (url ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
            return UnsafeByteOperations.unsafeWrap(bytes);
        } catch (IllegalArgumentException e) {
            throw in.unexpected("base64");
        }
    }

    /** A key of a map, which is always a string. */
    Object key(FieldPlan key, String text) throws InvalidProtocolBufferException {
        try {
            switch (key.type) {
                case STRING -> {
                    return in.checked(text);
                }
                case INT32, SINT32, SFIXED32 -> {
                    long number = WholeNumber.signed(text);
                    if (number == (int) number) {
                        return (int) number;
                    }
                }
                case UINT32, FIXED32 -> {
                    long number = WholeNumber.unsigned(text);
                    if (number >>> 32 == 0) {
                        return (int) number;
                    }
                }
                case INT64, SINT64, SFIXED64 -> {
                    return WholeNumber.signed(text);
                }
                case UINT64, FIXED64 -> {
                    return WholeNumber.unsigned(text);
                }
                case BOOL -> {
                    if (text.equals("true") || text.equals("false")) {
                        return text.equals("true");
                    }
                }
                default -> throw new AssertionError("a map has a key of type " + key.type);
            }
        } catch (NumberFormatException e) {
            // told below
        }
        String kind = key.type.name().toLowerCase(java.util.Locale.ROOT);
        throw in.refused("must have keys of type " + kind + ", but has " + Shown.quoted(text));
    }
}
