package dev.parley.rpc.internal.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Parley's codec refuses what {@code JsonFormat} takes, each with the reason; see ADR 0029. A rule looks at the text
 * by other means than the codec's wherever it can, so that a fault of the codec's is not excused by its own words.
 */
enum Allowed {
    /** JSON (RFC 8259) is read strictly; Gson's parser takes comments, single quotes, bare words, leading zeros and more. */
    STRICT_JSON {
        @Override
        boolean explains(String text, String error) {
            return !Lookout.of(text).strict;
        }
    },
    /** A name is there once. Gson takes the last, without looking at the others; other readers take the first. */
    TWICE {
        @Override
        boolean explains(String text, String error) {
            return Lookout.of(text).twice;
        }
    },
    /** Map keys that are the same number in two notations. */
    SAME_KEY {
        @Override
        boolean explains(String text, String error) {
            return error.endsWith("is there twice") && text.matches("(?s).*\"(1\\.0|1e0|-?0|10e-1|1)\".*");
        }
    },
    /** A string is Unicode; half a surrogate pair has no UTF-8. */
    SURROGATES {
        @Override
        boolean explains(String text, String error) {
            return error.contains("half of a surrogate pair") && text.matches("(?s).*\\\\u[dD][89a-fA-F].*");
        }
    },
    /** Numbers in quotes, and those that are keys, follow JSON's notation too: no plus sign, leading zero, bare point, hex or suffix. */
    NOTATION {
        @Override
        boolean explains(String text, String error) {
            Matcher quoted = IS_QUOTED.matcher(error);
            return quoted.find() && !quoted.group(1).matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
        }
    },
    /** A list of one is not its element. */
    LIST_OF_ONE {
        @Override
        boolean explains(String text, String error) {
            return error.endsWith("but is a list") && !error.contains("must be an object");
        }
    },
    /** Strings, bytes and what is written as a string are in quotes. */
    QUOTES {
        @Override
        boolean explains(String text, String error) {
            return error.matches("(?s).*must be (a string|base64|a time|a duration|the camel-case|the URL|keys).*"
                    + "but is (true|false|[-0-9].*)");
        }
    },
    /** The words true and false are not in quotes. */
    WORDS {
        @Override
        boolean explains(String text, String error) {
            return error.matches("(?s).*must be true or false, but is \"(true|false)\"");
        }
    },
    /** RFC 3339 as it stands; JsonFormat means to refuse the rest in 2027. */
    TIME {
        @Override
        boolean explains(String text, String error) {
            Matcher quoted = IS_QUOTED.matcher(error);
            return error.contains("must be a time")
                    && quoted.find()
                    && !quoted.group(1)
                            .matches("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:"
                                    + "[0-5][0-9](\\.[0-9]{1,9})?(Z|[-+]([01][0-9]|2[0-3]):[0-5][0-9])");
        }
    },
    /** A point has digits behind it, and there is one sign. */
    DURATION {
        @Override
        boolean explains(String text, String error) {
            Matcher quoted = IS_QUOTED.matcher(error);
            return error.contains("must be a duration")
                    && quoted.find()
                    && !quoted.group(1).matches("-?[0-9]+(\\.[0-9]{1,9})?s");
        }
    },
    /** Camel case has no underscores. */
    FIELD_MASK {
        @Override
        boolean explains(String text, String error) {
            return error.matches("(?s).*must be the camel-case names.*but is \".*_.*");
        }
    },
    /** A number over the largest is an error; JsonFormat's tolerance of a millionth makes it infinite. */
    TOO_LARGE {
        @Override
        boolean explains(String text, String error) {
            Matcher number = Pattern.compile("\\(up to [^)]*\\), but is \"?([-+.0-9eE]+)")
                    .matcher(error);
            return number.find()
                    && (error.contains("a float")
                            ? Float.isInfinite((float) Double.parseDouble(number.group(1)))
                            : Double.isInfinite(Double.parseDouble(number.group(1))));
        }
    },
    /** Only unknown names of an enum's are passed over, not values that no enum has: words, fractions, huge numbers. */
    NO_ENUM {
        @Override
        boolean explains(String text, String error) {
            return error.matches(
                    "(?s).*must be (a value of [^,]*|null), but is (null|true|false|\"[-+.0-9eE]+\"|[-+.0-9eE]+)");
        }
    },
    /** In an Any a type with a JSON of its own has "@type" and "value" only. */
    BESIDE_VALUE {
        @Override
        boolean explains(String text, String error) {
            return error.contains("is no field of google.protobuf.");
        }
    },
    NOT_UTF_8 {
        @Override
        boolean explains(String text, String error) {
            return text.indexOf('\ufffd') >= 0 && error.equals("it is not UTF-8");
        }
    };

    private static final Pattern IS_QUOTED = Pattern.compile("(?s)but (?:is|has) \"(.*)\"$");

    abstract boolean explains(String text, String error);

    static boolean allows(byte[] json, Differential.Result ours, Differential.Result theirs) {
        String text = new String(json, StandardCharsets.UTF_8);
        if (ours.message() != null) {
            // Two results: what a lenient reader passes over as an unknown name, JsonFormat reads as a number. Or a
            // second
            // "@type" is among what is passed over. Or a zero has lost its sign there.
            return Lookout.of(text).twice
                    || (theirs.message() != null
                            && text.contains("-0")
                            && unsigned(ours.message()).equals(unsigned(theirs.message())))
                    || (theirs.message() != null && text.matches("(?s).*\"(\\+1|01|1\\.|\\.5)\".*"));
        }
        for (Allowed rule : values()) {
            if (rule.explains(text, ours.error())) {
                return true;
            }
        }
        return false;
    }

    private static String unsigned(Message message) {
        return message.toString().replaceAll("-0\\.0(?![0-9E])", "0.0");
    }

    /** What another parser says of a text: whether it is JSON, and whether an object has a name twice. */
    private record Lookout(boolean strict, boolean twice) {
        static Lookout of(String text) {
            boolean twice = false;
            Deque<Set<String>> open = new ArrayDeque<>();
            try (JsonReader reader = new JsonReader(new StringReader(text))) {
                reader.setStrictness(Strictness.STRICT);
                for (JsonToken next = reader.peek(); next != JsonToken.END_DOCUMENT; next = reader.peek()) {
                    switch (next) {
                        case BEGIN_OBJECT -> {
                            reader.beginObject();
                            open.push(new HashSet<>());
                        }
                        case END_OBJECT -> {
                            reader.endObject();
                            open.pop();
                        }
                        case BEGIN_ARRAY -> reader.beginArray();
                        case END_ARRAY -> reader.endArray();
                        case NAME -> twice |= !open.element().add(reader.nextName());
                        case NULL -> reader.nextNull();
                        case BOOLEAN -> {
                            boolean _ = reader.nextBoolean();
                        }
                        default -> {
                            String _ = reader.nextString(); // not skipped, so that it is looked at
                        }
                    }
                }
                return new Lookout(true, twice);
            } catch (IOException | IllegalStateException e) {
                return new Lookout(false, twice);
            }
        }
    }
}
