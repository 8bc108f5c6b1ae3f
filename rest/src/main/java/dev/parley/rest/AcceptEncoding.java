package dev.parley.rest;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which content encodings a client takes (RFC 9110, 12.5.3); none but {@code identity} if it does not say. */
record AcceptEncoding(Map<String, Integer> weights) {

    /** Files that lie beside another one, compressed; the better one first. */
    enum Precompressed {
        /** Brotli (RFC 7932). */
        BROTLI("br", ".br"),
        /** gzip (RFC 1952). */
        GZIP("gzip", ".gz");

        final String token;
        final String suffix;

        Precompressed(String token, String suffix) {
            this.token = token;
            this.suffix = suffix;
        }
    }

    static AcceptEncoding of(List<String> headers) {
        Map<String, Integer> weights = new HashMap<>();
        for (String header : headers) {
            for (String item : HeaderList.split(header, ',')) {
                String[] parts = HeaderList.split(item, ';');
                String token = parts[0].trim().toLowerCase(Locale.ROOT);
                // x-gzip is the same (RFC 9110, 8.4.1.3)
                weights.putIfAbsent(token.equals("x-gzip") ? "gzip" : token, HeaderList.weight(parts));
            }
        }
        return new AcceptEncoding(weights);
    }

    /** The weight of an encoding in thousandths; 0 or less if it is not taken. */
    int weight(String token) {
        Integer own = weights.get(token);
        return own != null ? own : weights.getOrDefault("*", 0);
    }
}
