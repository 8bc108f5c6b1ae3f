package dev.parley.rpc;

import dev.parley.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A fuzzer's bytes as a first line, header lines ({@code ~} before a trailer), an empty line and a body. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FuzzText(String first, Metadata headers, Metadata trailers, byte[] body) {

    static FuzzText parse(byte[] input) {
        Metadata headers = new Metadata();
        Metadata trailers = new Metadata();
        String first = "";
        int at = 0;
        for (int line = 0; at < input.length; line++) {
            int end = at;
            while (end < input.length && input[end] != '\n') {
                end++;
            }
            String text = new String(input, at, end - at, StandardCharsets.ISO_8859_1);
            at = Math.min(input.length, end + 1);
            if (line == 0) {
                first = text;
            } else if (text.isEmpty()) {
                break;
            } else if (text.startsWith("~")) {
                add(trailers, text.substring(1));
            } else {
                add(headers, text);
            }
        }
        return new FuzzText(first, headers, trailers, Arrays.copyOfRange(input, at, input.length));
    }

    private static void add(Metadata to, String line) {
        int colon = line.indexOf(':');
        if (colon > 0) {
            try {
                to.add(line.substring(0, colon), line.substring(colon + 1).strip());
            } catch (IllegalArgumentException notAHeader) {
                // HTTP would not have let it through
            }
        }
    }
}
