package dev.parley.rpc.internal.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts that are nearly those of a message: values, names and punctuation changed at random. */
final class Mutations {

    private static final Pattern TOKEN =
            Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9][-+0-9.eE]*|true|false|null|[\\[\\]{}:,]");
    private static final String[] VALUES = {
        "null",
        "true",
        "false",
        "0",
        "1",
        "-1",
        "1.0",
        "1e0",
        "1e3",
        "10e-1",
        "1.5",
        "0.10e1",
        "1e999",
        "-1e999",
        "1e-999",
        "1e999999999",
        "1e-999999999",
        "0e999999999",
        "2147483647",
        "2147483648",
        "-2147483648",
        "-2147483649",
        "4294967295",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "3.4028235e38",
        "3.4028236e38",
        "1.7976931348623157e308",
        "01",
        "-01",
        "+1",
        "1.",
        ".5",
        "0x1",
        "1f",
        "NaN",
        "Infinity",
        "\"\"",
        "\" 1\"",
        "\"1 \"",
        "\"+1\"",
        "\"01\"",
        "\"1.\"",
        "\".5\"",
        "\"1e2\"",
        "\"1.0\"",
        "\"0x1\"",
        "\"1f\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"-Infinity\"",
        "\"-inf\"",
        "\"true\"",
        "\"false\"",
        "\"null\"",
        "\"RED\"",
        "\"red\"",
        "\"LIGHT\"",
        "\"NULL_VALUE\"",
        "\"x\"",
        "\"AQI=\"",
        "\"AQI\"",
        "\"-_\"",
        "\"+_\"",
        "\"A\"",
        "\"AQ=\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\ud83d\\ude01\"",
        "\"\\u0031\"",
        "'x'",
        "\"1970-01-01T00:00:00Z\"",
        "\"1970-01-01T00:00:00.1+01:30\"",
        "\"1970-13-01T00:00:00Z\"",
        "\"0001-01-01T00:00:00+00:01\"",
        "\"1970-01-01t00:00:00z\"",
        "\"1.5s\"",
        "\"-0.5s\"",
        "\"1\"",
        "\"315576000001s\"",
        "\"a,bC\"",
        "\"a_b\"",
        "[]",
        "[1]",
        "[null]",
        "[[]]",
        "[true]",
        "[\"a\"]",
        "{}",
        "{\"a\":1}",
        "{\"value\":1}",
        "{\"@type\":\"type.googleapis.com/google.protobuf.Duration\",\"value\":\"1s\"}",
        "{\"value\":\"1s\",\"@type\":\"type.googleapis.com/google.protobuf.Duration\"}",
        "{\"@type\":\"\"}",
        "{\"@type\":\"x\"}",
        "{\"@type\":1}",
        "{\"must\":1}",
        "{\"1\":2}",
        "{\"true\":1}",
    };
    private static final String[] NAMES = {
        "oneInt32",
        "one_int32",
        "oneBool",
        "manyInt32",
        "byInt32",
        "timestamp",
        "duration",
        "any",
        "struct",
        "value",
        "listValue",
        "choiceInt32",
        "choiceString",
        "choiceNull",
        "nullValue",
        "oneMessage",
        "manyMessage",
        "mapMessage",
        "unknown",
        "@type",
        "@other name",
        "renamed",
        "OneInt32",
        "a",
        "must",
        "strict",
        "shade",
        "single",
        "needed",
        "delimited",
        "implicit",
        "[parley.test.json.v1.none]",
        "",
    };

    private final Random random;

    Mutations(long seed) {
        this.random = new Random(seed);
    }

    byte[] of(String json) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(json);
        while (matcher.find()) {
            tokens.add(matcher.group());
        }
        for (int i = random.nextInt(3); i >= 0 && !tokens.isEmpty(); i--) {
            change(tokens);
        }
        byte[] bytes = String.join(random.nextInt(8) == 0 ? " " : "", tokens).getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextInt(16) == 0) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(7)); // still UTF-8 if it was ASCII
        }
        return bytes;
    }

    private void change(List<String> tokens) {
        int at = random.nextInt(tokens.size());
        boolean isName = at + 1 < tokens.size() && tokens.get(at + 1).equals(":");
        String token = tokens.get(at);
        boolean punctuation = token.length() == 1 && "[]{}:,".contains(token);
        switch (random.nextInt(12)) {
            case 0 -> tokens.remove(at);
            case 1 -> tokens.add(at, tokens.get(random.nextInt(tokens.size())));
            case 2 -> tokens.set(at, tokens.get(random.nextInt(tokens.size())));
            default -> {
                if (isName) {
                    tokens.set(at, '"' + NAMES[random.nextInt(NAMES.length)] + '"');
                } else if (!punctuation) {
                    tokens.set(at, VALUES[random.nextInt(VALUES.length)]);
                } else if (token.equals("{")) {
                    tokens.add(
                            at + 1,
                            '"' + NAMES[random.nextInt(NAMES.length)] + "\":"
                                    + VALUES[random.nextInt(VALUES.length)]
                                    + (tokens.get(at + 1 < tokens.size() ? at + 1 : at)
                                                    .equals("}")
                                            ? ""
                                            : ","));
                }
            }
        }
    }
}
