package dev.parley.telemetry;

/** Messages of a call in one direction. Thread-safe: attempts may run beside each other. */
final class Tally {

    private long messages;
    private long bytes;

    synchronized void add(int compressedBytes) {
        messages++;
        bytes += compressedBytes;
    }

    synchronized long messages() {
        return messages;
    }

    synchronized long bytes() {
        return bytes;
    }
}
