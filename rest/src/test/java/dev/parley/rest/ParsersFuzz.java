package dev.parley.rest;

import dev.parley.http.HttpException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What REST parses of a request: paths, queries, Accept, ranges, dates, media types. A 4xx or a value, nothing else. */
public final class ParsersFuzz {

    private ParsersFuzz() {}

    /** The fuzzer's entry. The first byte says which parser. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        String text = new String(input, 1, input.length - 1, StandardCharsets.ISO_8859_1);
        try {
            switch (input[0] & 7) {
                case 0 -> RequestPath.parse(text);
                case 1 -> QueryString.parse(text);
                case 2 -> Accept.of(List.of(text));
                case 3 -> ByteRange.parse(text, 1000);
                case 4 -> HttpTime.parse(text);
                case 5 -> MediaType.parse(text);
                case 6 -> AcceptEncoding.of(List.of(text));
                default -> Json.strict().read(text.getBytes(StandardCharsets.ISO_8859_1), Body.class);
            }
        } catch (HttpException refused) {
            if (refused.status() >= 500) {
                throw refused;
            }
        }
    }

    /** A body with a bit of everything. */
    public record Body(String name, int count, List<Long> ids, Body child) {}
}
