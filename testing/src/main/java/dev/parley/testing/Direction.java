package dev.parley.testing;

/** Which of a connection's two streams of bytes. */
public enum Direction {
    /** From the client to the target: requests. */
    UPSTREAM,
    /** From the target to the client: responses. */
    DOWNSTREAM
}
