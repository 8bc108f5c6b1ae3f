package dev.parley.rest;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a client takes: the {@code Accept} header (RFC 9110, 12.5.1). The most specific range that fits a type gives its
 * weight. A malformed range is passed over; if none is left, all is taken. Immutable.
 *
 * @param ranges what was not malformed, in its order
 */
public record Accept(List<Range> ranges) {

    /**
     * One range; {@code *} for any.
     *
     * @param weight its {@code q}, in thousandths
     */
    public record Range(String type, String subtype, int weight) {
        private int specificity(MediaType offered) {
            if (type.equals("*")) {
                return 0;
            }
            if (!type.equals(offered.type())) {
                return -1;
            }
            return subtype.equals("*") ? 1 : subtype.equals(offered.subtype()) ? 2 : -1;
        }
    }

    private static final Accept ALL = new Accept(List.of(new Range("*", "*", 1000)));

    /** Of all lines of the header; of none, all is taken. */
    public static Accept of(List<String> headers) {
        if (headers.isEmpty()) {
            return ALL;
        }
        List<Range> ranges = new ArrayList<>(4);
        for (String header : headers) {
            for (String item : HeaderList.split(header, ',')) {
                int weight = HeaderList.weight(HeaderList.split(item, ';'));
                Optional<MediaType> type = MediaType.parse(item);
                if (weight >= 0
                        && type.isPresent()
                        && (!type.get().type().equals("*")
                                || type.get().subtype().equals("*"))) {
                    ranges.add(new Range(type.get().type(), type.get().subtype(), weight));
                }
            }
        }
        return ranges.isEmpty() ? ALL : new Accept(List.copyOf(ranges));
    }

    /** The weight of {@code offered} in thousandths; 0 if it is not taken. */
    int weight(MediaType offered) {
        int best = -1;
        int weight = 0;
        for (Range range : ranges) {
            int specificity = range.specificity(offered);
            if (specificity > best || (specificity == best && specificity >= 0 && range.weight > weight)) {
                best = specificity;
                weight = range.weight;
            }
        }
        return weight;
    }

    /** The media type of the most weight, the first of them among equals; empty if none is taken. */
    public Optional<String> best(List<String> offered) {
        String best = null;
        int most = 0;
        for (String type : offered) {
            int weight = MediaType.parse(type).map(this::weight).orElse(0);
            if (weight > most) {
                most = weight;
                best = type;
            }
        }
        return Optional.ofNullable(best);
    }
}
