package dev.parley.events;

/**
 * Limits of an outbox. Immutable.
 *
 * @param maxBacklog how many messages may wait at most; more are refused with {@code RESOURCE_EXHAUSTED}, and the business transaction with
 *     them. With several processes the bound may be passed by what the others publish within a second. 1 to 10,000,000, default 100,000
 * @param maxMessageBytes how large a payload with its attributes may be; 1 KiB to 64 MiB, default 4 MiB
 */
public record OutboxOptions(int maxBacklog, int maxMessageBytes) {

    private static final OutboxOptions DEFAULTS = new OutboxOptions(100_000, 4 << 20);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming what is out of its range
     */
    public OutboxOptions {
        Ranges.check("maxBacklog", maxBacklog, 1, 10_000_000);
        Ranges.check("maxMessageBytes", maxMessageBytes, 1024, 64 << 20);
    }

    /** The defaults. */
    public static OutboxOptions defaults() {
        return DEFAULTS;
    }

    /** This with another {@link #maxBacklog}. */
    public OutboxOptions withMaxBacklog(int messages) {
        return new OutboxOptions(messages, maxMessageBytes);
    }

    /** This with another {@link #maxMessageBytes}. */
    public OutboxOptions withMaxMessageBytes(int bytes) {
        return new OutboxOptions(maxBacklog, bytes);
    }
}
