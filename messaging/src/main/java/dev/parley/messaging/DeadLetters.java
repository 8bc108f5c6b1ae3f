package dev.parley.messaging;

import java.util.List;
import java.util.function.Predicate;

/**
 * The dead letters of one queue. To redrive one puts it back to the group that gave it up, and to no other, with its attempts counted from
 * 1 again; it is removed once the broker has confirmed that, so that a redrive that breaks off loses nothing and may be repeated.
 * Thread-safe.
 */
public interface DeadLetters {

    /** How many letters are looked at, at most, by one call of any method here. */
    int MAX_LETTERS = 100_000;

    /**
     * The oldest letters.
     *
     * @param max how many at most, 1 to {@link #MAX_LETTERS}
     */
    List<DeadLetter> list(int max);

    /**
     * Redrives those that are there now.
     *
     * @return how many
     */
    int redriveAll();

    /**
     * Redrives one.
     *
     * @param id of the letter, or of its message
     * @return whether it was there; it is not the second time
     */
    boolean redrive(String id);

    /**
     * Redrives those that a filter lets through.
     *
     * @param filter called once with each letter
     * @param perSecond how many a second at most, 1 to 1,000,000
     * @return how many
     */
    int redrive(Predicate<DeadLetter> filter, int perSecond);

    /**
     * Removes those that a filter lets through, for good.
     *
     * @return how many
     */
    int discard(Predicate<DeadLetter> filter);
}
