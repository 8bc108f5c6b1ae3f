package dev.parley.broker;

import java.time.Duration;

/** What both sides keep to. */
final class Limits {

    /** Of a message of the protocol: one broker's message of the largest size, and its attributes, or many small ones. */
    static final int MESSAGE_BYTES = 16 << 20;

    /** Of deliveries and publications in one message of the protocol, from which on another is begun. */
    static final int BATCH_BYTES = 1 << 20;

    /** Of a unary call. */
    static final Duration CALL = Duration.ofSeconds(30);

    /** Between signs of life of a consumer; the other side waits three times as long. */
    static final Duration HEARTBEAT = Duration.ofSeconds(5);

    /** What a server's receive waits before it looks whether the consumer is still there. */
    static final Duration RECEIVE = Duration.ofSeconds(1);

    /** Messages that a consumer may hold. */
    static final int MAX_PREFETCH = 10_000;

    /** Messages in one publication, settlements in one request. */
    static final int MAX_BATCH = 20_000;

    private Limits() {}
}
