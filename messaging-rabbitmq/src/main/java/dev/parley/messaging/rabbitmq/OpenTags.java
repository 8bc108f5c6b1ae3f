package dev.parley.messaging.rabbitmq;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The delivery tags of a channel that are not settled, from the moment in which the server's push is read: a multiple acknowledgement takes
 * everything up to its tag, so none may be missing here. Thread-safe.
 */
final class OpenTags {

    /** And whether it was received. */
    private final ConcurrentNavigableMap<Long, Boolean> open = new ConcurrentSkipListMap<>();

    /** An acknowledgement as it is sent. */
    record Frame(long tag, boolean multiple) {}

    void add(long tag) {
        open.put(tag, false);
    }

    /** Notes that somebody has it; false if it is not there any more. */
    boolean received(long tag) {
        return open.replace(tag, true) != null;
    }

    boolean contains(long tag) {
        return open.containsKey(tag);
    }

    /** False if it was not there. */
    boolean remove(long tag) {
        return open.remove(tag) != null;
    }

    /** Forgets all of them, and says how many of them somebody has. */
    int clear() {
        int received = 0;
        Map.Entry<Long, Boolean> first;
        while ((first = open.pollFirstEntry()) != null) {
            received += first.getValue() ? 1 : 0;
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
