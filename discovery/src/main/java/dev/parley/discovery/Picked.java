package dev.parley.discovery;

import dev.parley.Outcome;

/**
 * An endpoint that was picked for one attempt, which counts as under way there until {@link #end}. Thread-safe.
 *
 * <pre>{@code
 * Picked picked = cluster.tryPick(call); // never blocks
 * call.endpoint(picked.endpoint().authority());
 * // then, once: picked.end(outcome)
 * }</pre>
 */
public sealed interface Picked permits Attempt {

    /** Where the attempt goes. */
    Endpoint endpoint();

    /**
     * The attempt has ended, its streams included. Never blocks for longer than it takes to go through the service's endpoints
     * once. Without effect the second time.
     */
    void end(Outcome outcome);
}
