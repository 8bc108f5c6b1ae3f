package dev.parley.discovery;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** The registries that targets of channels name: one connection each, closed with the last that uses it. */
final class SharedRegistries {

    private static final Map<RegistryUri, Shared> ALL = new HashMap<>(); // guarded by itself

    private SharedRegistries() {}

    private static final class Shared {
        private final ServiceRegistry registry;
        private int users;

        private Shared(ServiceRegistry registry) {
            this.registry = registry;
        }
    }

    /** One user's share. Thread-safe. */
    static final class Use {
        private final RegistryUri key;
        private final ServiceRegistry registry;
        private final AtomicBoolean released = new AtomicBoolean();

        private Use(RegistryUri key, ServiceRegistry registry) {
            this.key = key;
            this.registry = registry;
        }

        ServiceRegistry registry() {
            return registry;
        }

        /** Gives it back, once; the last closes the registry, which may take seconds, without holding others up. */
        void release() {
            if (!released.compareAndSet(false, true)) {
                return;
            }
            Shared last = null;
            synchronized (ALL) {
                Shared shared = ALL.get(key);
                if (shared != null && --shared.users == 0) {
                    ALL.remove(key);
                    last = shared;
                }
            }
            if (last != null) {
                last.registry.close();
            }
        }
    }

    static Use use(RegistryUri uri) {
        RegistryUri key = uri.registry();
        synchronized (ALL) {
            Shared shared = ALL.computeIfAbsent(
                    key, each -> new Shared(ServiceRegistry.open(each, RegistryOptions.defaults())));
            shared.users++;
            return new Use(key, shared.registry);
        }
    }
}
