package dev.parley.discovery;

import java.time.Duration;

/** Questions to an {@link EmbeddedRegistry} that end together: those of one server, or of one connection. Thread-safe. */
public final class EmbeddedWaits implements AutoCloseable {

    private final EmbeddedRegistry registry;
    private final EmbeddedWaiters.Owner owner = new EmbeddedWaiters.Owner();

    EmbeddedWaits(EmbeddedRegistry registry) {
        this.registry = registry;
    }

    /**
     * Waits until there is another revision than {@code since}, and gives it. Does not wait for one that is still to come in this
     * registry, which is another one's: that was started before, or after.
     *
     * @param since 0 to wait for nothing
     * @param wait for how long at most
     * @throws dev.parley.CallException {@code RESOURCE_EXHAUSTED} if too many wait already
     */
    public long await(EmbeddedRegistry.Scope scope, long since, Duration wait) throws InterruptedException {
        return registry.await(scope, owner, since, wait);
    }

    /** Ends all waits, those that are still to come too: each answers with what there is. */
    @Override
    public void close() {
        registry.stop(owner);
    }
}
