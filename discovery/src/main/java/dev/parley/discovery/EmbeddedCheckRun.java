package dev.parley.discovery;

import dev.parley.Timer;
import org.jspecify.annotations.Nullable;

/** A check while it is in the registry. All is guarded by the registry's lock. */
final class EmbeddedCheckRun {

    final EmbeddedCheck check;
    final String node;
    final long createIndex;
    HealthStatus status;
    String output = "";
    long modifyIndex;
    boolean gone;

    /** Null for a check of a node. */
    @Nullable
    EmbeddedSlot owner;

    /** Counts what the instance has said, so that a timer that is late does not undo it. */
    long said;

    private Timer.@Nullable Scheduled expiry;
    private Timer.@Nullable Scheduled reaper;
    private Timer.@Nullable Scheduled probe;

    EmbeddedCheckRun(EmbeddedCheck check, String node, @Nullable EmbeddedSlot owner, HealthStatus status, long index) {
        this.check = check;
        this.node = node;
        this.owner = owner;
        this.status = status;
        this.createIndex = index;
        this.modifyIndex = index;
    }

    EmbeddedEntry.CheckState state() {
        return new EmbeddedEntry.CheckState(check, status, output, createIndex, modifyIndex);
    }

    void expiry(Timer.@Nullable Scheduled next) {
        cancel(expiry);
        expiry = next;
    }

    void reaper(Timer.@Nullable Scheduled next) {
        cancel(reaper);
        reaper = next;
    }

    boolean isReaped() {
        return reaper != null;
    }

    void probe(Timer.@Nullable Scheduled next) {
        cancel(probe);
        probe = next;
    }

    void stop() {
        gone = true;
        expiry(null);
        reaper(null);
        probe(null);
    }

    private static void cancel(Timer.@Nullable Scheduled task) {
        if (task != null) {
            task.cancel();
        }
    }
}
