package dev.parley.rest;

import dev.parley.http.PercentEncoding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A query as HTML forms write it: {@code name=value} joined by {@code &}, {@code +} for a space. */
final class QueryString {

    private QueryString() {}

    /**
     * The values of each name, in order.
     *
     * @throws ProblemException 400 if an escape is wrong
     */
    static Map<String, List<String>> parse(String query) {
        if (query.isEmpty()) {
            return Map.of();
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (int start = 0; start < query.length(); ) {
            int end = query.indexOf('&', start);
            end = end < 0 ? query.length() : end;
            if (end > start) {
                int equals = query.indexOf('=', start);
                boolean valued = equals >= 0 && equals < end;
                String name = decoded(query.substring(start, valued ? equals : end));
                String value = valued ? decoded(query.substring(equals + 1, end)) : "";
                values.computeIfAbsent(name, key -> new ArrayList<>(2)).add(value);
            }
            start = end + 1;
        }
        return values;
    }

    private static String decoded(String text) {
        return PercentEncoding.decode(text.replace('+', ' '), false)
                .orElseThrow(() -> ProblemException.of(
                        400, "the query holds " + Shown.quoted(text) + ", where an escape is not UTF-8"));
    }
}
