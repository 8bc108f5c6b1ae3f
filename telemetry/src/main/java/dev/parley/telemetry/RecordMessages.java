package dev.parley.telemetry;

/** What a span tells of the messages of its call, one event a message. */
public enum RecordMessages {
    /** Nothing; the default. Sizes are counted for metrics all the same. */
    OFF,
    /** Direction, number and sizes. */
    METADATA,
    /** The message as text, too, up to {@link TelemetryOptions#contentLimit()} bytes. It may hold what is confidential. */
    CONTENT
}
