package dev.parley.messaging.store;

import dev.parley.CallException;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import java.util.Set;

/**
 * Opens brokers in a database: {@code sqlite:FOLDER}, files of this process alone, and {@code postgresql://USER:PASSWORD@HOST:PORT/DATABASE},
 * which many processes share. Brokers of one process with the same store's URI share it, and so does {@link
 * dev.parley.store.Store#shared}; limits and clock are those of the first.
 *
 * <p>Options, beside those of the store ({@link dev.parley.store.Store#open(String)}):
 *
 * <ul>
 *   <li>{@code retention}: how old a message becomes that nobody waits for, {@code 30s}, {@code 15m}, {@code 12h}, {@code 7d}; default 7d
 *   <li>{@code retentionMessages}: how many such messages a topic keeps; default 100,000
 *   <li>{@code maxMessages}: how many may wait in all groups, dead letters included; publishing more is RESOURCE_EXHAUSTED. Default
 *       10,000,000
 * </ul>
 *
 * Thread-safe.
 */
public final class StoreBrokerProvider implements BrokerProvider {

    /** For {@link java.util.ServiceLoader}. */
    public StoreBrokerProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("sqlite", "postgresql");
    }

    @Override
    public BrokerBackend open(BrokerUri uri, BrokerOptions options) {
        StoreSettings settings = StoreSettings.of(uri);
        boolean embedded = uri.scheme().equals("sqlite");
        String name = uri.toString();
        Queues queues = Queues.share(settings, name, embedded, options.clock());
        StoreBackend backend = new StoreBackend(queues, uri.scheme(), name);
        if (embedded) {
            openNow(queues, backend);
        }
        return backend;
    }

    private static void openNow(Queues queues, StoreBackend backend) {
        boolean opened = false;
        try {
            queues.database().store();
            opened = true;
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the broker's files to be opened");
        } finally {
            if (!opened) {
                backend.close();
            }
        }
    }
}
