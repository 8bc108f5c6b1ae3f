package dev.parley.benchmarks.brokers;

import java.util.function.Consumer;

/** One way to a broker: ours, or its own client. */
interface Target extends AutoCloseable {

    /** What own clients put where Parley has a message's id and time: the same bytes go over the wire. */
    String ID = "6f1c2b1e-8f57-4c0e-9a51-0d9a8a3a4711";

    /** See {@link #ID}. */
    String TIME = "2026-11-27T05:23:42.123456Z";

    /** Publishes and returns when it is confirmed; by many threads. */
    void publish(byte[] payload) throws Exception;

    /** Begins to consume what is there and what comes, each message acknowledged behind {@code seen}. Messages of before are kept for it. */
    AutoCloseable consume(Consumer<byte[]> seen) throws Exception;
}
