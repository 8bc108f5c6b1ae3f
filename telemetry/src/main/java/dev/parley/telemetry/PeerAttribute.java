package dev.parley.telemetry;

/** What a span tells of the other side, beyond what the conventions require. */
public enum PeerAttribute {
    /** {@code network.peer.address} and {@code network.peer.port}, of an HTTP client {@code client.address}, too. */
    ADDRESS,
    /** {@code user_agent.original} of an HTTP client. */
    USER_AGENT
}
