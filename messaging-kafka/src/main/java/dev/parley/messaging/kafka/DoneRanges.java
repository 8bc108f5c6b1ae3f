package dev.parley.messaging.kafka;

import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Which offsets beyond a frontier are done, as text for the metadata of a commit: so that one slow record does not make those behind it
 * come again after a restart. {@code p1:3+2,1+40} is: three not done, two done, one not, forty done, in base 36.
 */
final class DoneRanges {

    /** Characters at most; the broker's own limit is 4,096 bytes by default. */
    static final int MAX_TEXT = 2048;

    private static final String PREFIX = "p1:";
    private static final int RADIX = 36;

    private final NavigableMap<Long, Long> ranges = new TreeMap<>(); // first to last

    /** What a commit says; nothing, if it is not ours. */
    static DoneRanges parse(long frontier, String metadata) {
        DoneRanges done = new DoneRanges();
        if (!metadata.startsWith(PREFIX) || metadata.length() > 2 * MAX_TEXT) {
            return done;
        }
        try {
            long at = frontier;
            for (String pair : metadata.substring(PREFIX.length()).split(",", -1)) {
                int plus = pair.indexOf('+');
                at = Math.addExact(at, Long.parseLong(pair, 0, plus, RADIX));
                long count = Long.parseLong(pair, plus + 1, pair.length(), RADIX);
                if (plus < 1 || count < 1) {
                    return new DoneRanges();
                }
                done.ranges.put(at, Math.addExact(at, count - 1));
                at = Math.addExact(at, count);
            }
            return done;
        } catch (NumberFormatException | ArithmeticException | IndexOutOfBoundsException e) {
            return new DoneRanges();
        }
    }

    /** Adds an offset, higher than all before. */
    void add(long offset) {
        var last = ranges.lastEntry();
        if (last != null && last.getValue() == offset - 1) {
            ranges.put(last.getKey(), offset);
        } else {
            ranges.put(offset, offset);
        }
    }

    /** Adds ranges of another that begin at an offset or beyond it, which is higher than all here. */
    void addBeyond(DoneRanges other, long offset) {
        ranges.putAll(other.ranges.tailMap(offset, true));
    }

    boolean contains(long offset) {
        var range = ranges.floorEntry(offset);
        return range != null && range.getValue() >= offset;
    }

    /** As a commit says it: as many of the lowest as there is room for; empty if there is none. */
    String text(long frontier) {
        StringBuilder text = new StringBuilder();
        long at = frontier;
        for (var range : ranges.entrySet()) {
            String pair = Long.toString(range.getKey() - at, RADIX)
                    + '+'
                    + Long.toString(range.getValue() - range.getKey() + 1, RADIX);
            if (PREFIX.length() + text.length() + 1 + pair.length() > MAX_TEXT) {
                break;
            }
            text.append(text.isEmpty() ? PREFIX : ",").append(pair);
            at = range.getValue() + 1;
        }
        return text.toString();
    }
}
