package dev.parley.messaging.rabbitmq;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The delivery tags of a channel that are not settled, from the moment in which the server's push is read: a multiple acknowledgement takes
 * everything up to its tag, so none may be missing here, nor go while the channel may yet take an acknowledgement: a consumer that ends leaves
 * them. Thread-safe.
 */
final class OpenTags {

    /** Stands for the time of what does not say when it was published, or was not received yet. */
    private static final Instant NOT_SAID = Instant.MAX;

    /** And when it was published. */
    private final ConcurrentNavigableMap<Long, Instant> open = new ConcurrentSkipListMap<>();

    /** An acknowledgement as it is sent. */
    record Frame(long tag, boolean multiple) {}

    void add(long tag) {
        open.put(tag, NOT_SAID);
    }

    /** Somebody has it, and knows when it was published. */
    void received(long tag, Optional<Instant> published) {
        published.ifPresent(time -> open.replace(tag, time));
    }

    boolean contains(long tag) {
        return open.containsKey(tag);
    }

    void remove(long tag) {
        open.remove(tag);
    }

    int size() {
        return open.size();
    }

    /** When the oldest of what was received was published. */
    Optional<Instant> oldest() {
        return open.values().stream()
                .filter(published -> !published.equals(NOT_SAID))
                .min(Instant::compareTo);
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
