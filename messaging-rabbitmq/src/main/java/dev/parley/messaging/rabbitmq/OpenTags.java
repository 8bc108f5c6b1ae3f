package dev.parley.messaging.rabbitmq;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The delivery tags of a channel that are not settled, from the moment in which the server's push is read: a multiple acknowledgement takes
 * everything up to its tag, so none may be missing here. Thread-safe.
 */
final class OpenTags {

    /** Stands for the time of what is in nobody's hands, or does not count any more. */
    private static final Instant NOT_COUNTED = Instant.MAX;

    /** Stands for the time of what somebody has, and does not say when it was published. */
    private static final Instant NOT_SAID = Instant.MAX.minusSeconds(1);

    /** And when it was published, if somebody has it and it is counted as such. */
    private final ConcurrentNavigableMap<Long, Instant> open = new ConcurrentSkipListMap<>();

    private boolean over; // guarded by this

    /** An acknowledgement as it is sent. */
    record Frame(long tag, boolean multiple) {}

    void add(long tag) {
        open.put(tag, NOT_COUNTED);
    }

    /** Notes that somebody has it; false if that is not to be counted any more. */
    synchronized boolean received(long tag, Optional<Instant> published) {
        return !over && open.replace(tag, published.orElse(NOT_SAID)) != null;
    }

    boolean contains(long tag) {
        return open.containsKey(tag);
    }

    /** It is settled; false if it was not counted. */
    synchronized boolean remove(long tag) {
        Instant published = open.remove(tag);
        return published != null && !published.equals(NOT_COUNTED);
    }

    /** When the oldest of what somebody has was published. */
    Optional<Instant> oldest() {
        return open.values().stream()
                .filter(published -> published.isBefore(NOT_SAID))
                .min(Instant::compareTo);
    }

    /**
     * Counts no more, and says how many somebody has. They stay: the channel may yet take the acknowledgements of others, and none of those
     * may take one of these along.
     */
    synchronized int end() {
        over = true;
        int received = 0;
        for (Map.Entry<Long, Instant> each : open.entrySet()) {
            received += each.getValue().equals(NOT_COUNTED) ? 0 : 1;
            open.put(each.getKey(), NOT_COUNTED);
        }
        return received;
    }

    /**
     * As few acknowledgements as say it: one for all up to the first tag that stays open, which a quorum queue takes as one command of its
     * log, too, and one for each beyond.
     *
     * @param acknowledged in any order
     * @param settled these, and what was given back before the frames are sent
     */
    List<Frame> frames(Collection<Long> acknowledged, Collection<Long> settled) {
        Set<Long> going = new HashSet<>(settled);
        long stays = Long.MAX_VALUE;
        for (long tag : open.keySet()) {
            if (!going.contains(tag)) {
                stays = tag;
                break;
            }
        }
        List<Frame> frames = new ArrayList<>();
        long last = 0;
        int together = 0;
        for (long tag : acknowledged) {
            if (tag < stays) {
                together++;
                last = Math.max(last, tag);
            } else {
                frames.add(new Frame(tag, false));
            }
        }
        if (together > 0) {
            frames.addFirst(new Frame(last, together > 1));
        }
        return frames;
    }
}
