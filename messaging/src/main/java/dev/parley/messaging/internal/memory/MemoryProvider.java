package dev.parley.messaging.internal.memory;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Opens {@code memory:}, a broker of its own each time, and {@code memory:NAME}, one that all of this process with that name share, for as
 * long as one of them is open; limits and clock of a shared one are those of whoever opened it first.
 */
public final class MemoryProvider implements BrokerProvider {

    private static final Map<String, Shared> SHARED = new HashMap<>(); // guarded by itself

    /** For {@link java.util.ServiceLoader}. */
    public MemoryProvider() {}

    private static final class Shared {
        private final MemoryStore store;
        private int users;

        private Shared(MemoryStore store) {
            this.store = store;
        }
    }

    @Override
    public Set<String> schemes() {
        return Set.of("memory");
    }

    @Override
    public BrokerBackend open(BrokerUri uri, BrokerOptions options) {
        MemorySettings settings = MemorySettings.of(uri);
        String name = uri.path();
        if (!uri.hosts().isEmpty() || !name.matches("[A-Za-z0-9_.-]{0,100}")) {
            throw new IllegalArgumentException(
                    ("a broker in memory is memory: or memory:NAME, a name of up to 100 letters, digits, '_', '-' and '.',"
                                    + " but is %s")
                            .formatted(uri));
        }
        if (name.isEmpty()) {
            return new MemoryBackend(
                    new MemoryStore(settings, options.clock(), options.timer()), uri.toString(), () -> {});
        }
        synchronized (SHARED) {
            Shared shared = SHARED.computeIfAbsent(
                    name, absent -> new Shared(new MemoryStore(settings, options.clock(), options.timer())));
            shared.users++;
            return new MemoryBackend(shared.store, uri.toString(), () -> leave(name, shared));
        }
    }

    private static void leave(String name, Shared shared) {
        synchronized (SHARED) {
            shared.users--;
            if (shared.users == 0) {
                SHARED.remove(name, shared);
            }
        }
    }
}
