package dev.parley.benchmarks.brokers;

import java.util.function.Consumer;

/** One way to a broker: ours, or its own client. */
interface Target extends AutoCloseable {

    /** Publishes and returns when it is confirmed; by many threads. */
    void publish(byte[] payload) throws Exception;

    /** Begins to consume what is there and what comes, each message acknowledged behind {@code seen}. Messages of before are kept for it. */
    AutoCloseable consume(Consumer<byte[]> seen) throws Exception;
}
