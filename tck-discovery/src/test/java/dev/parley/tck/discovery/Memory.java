package dev.parley.tck.discovery;

import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryCapability;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The least registry there is: the suites are held against it, and against copies of it with one fault each. Connections to it
 * are one {@link Line} each.
 */
class Memory {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All guarded by lock.
    private final Map<String, TreeMap<String, Entry>> services = new HashMap<>();
    private long index = 10;
    private boolean down;

    /** What is registered, and until when. */
    static final class Entry {
        final ServiceInstance instance;
        boolean ready;
        final long ttl;
        long until;

        Entry(ServiceInstance instance, boolean ready, long ttl) {
            this.instance = instance;
            this.ready = ready;
            this.ttl = ttl;
            this.until = System.nanoTime() + ttl;
        }
    }

    Line connect() {
        return new Line();
    }

    void down(boolean now) {
        lock.lock();
        try {
            down = now;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void wipe() {
        lock.lock();
        try {
            services.clear();
            index = 1;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** One connection. */
    class Line implements RegistryBackend {
        private volatile boolean closed;

        @Override
        public Set<RegistryCapability> capabilities() {
            return EnumSet.allOf(RegistryCapability.class);
        }

        private void check() throws IOException {
            if (down || closed) {
                throw new IOException("the memory is down");
            }
        }

        @Override
        public Answer query(String service, String since, Duration wait) throws Exception {
            long left = wait.toNanos();
            lock.lock();
            try {
                while (true) {
                    check();
                    expire();
                    if (!since.equals(Long.toString(index)) || left <= 0) {
                        return new Answer(found(service), Long.toString(index), Optional.empty());
                    }
                    long before = System.nanoTime();
                    long _ = changed.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(20)));
                    left -= System.nanoTime() - before;
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public Lease register(ServiceInstance instance, RegistrationOptions options) throws Exception {
            lock.lock();
            try {
                check();
                Entry entry = entry(instance, options);
                services.computeIfAbsent(key(instance.service()), name -> new TreeMap<>())
                        .put(instance.id(), entry);
                bump();
                return lease(instance, entry);
            } finally {
                lock.unlock();
            }
        }

        private Lease lease(ServiceInstance instance, Entry entry) {
            return new Lease() {
                @Override
                public boolean renew(boolean ready) throws Exception {
                    lock.lock();
                    try {
                        check();
                        expire();
                        Entry now = services.getOrDefault(key(instance.service()), new TreeMap<>())
                                .get(instance.id());
                        if (!knows(now, entry)) {
                            return false;
                        }
                        renewed(entry, ready);
                        return true;
                    } finally {
                        lock.unlock();
                    }
                }

                @Override
                public void release() throws Exception {
                    lock.lock();
                    try {
                        check();
                        TreeMap<String, Entry> all = services.getOrDefault(key(instance.service()), new TreeMap<>());
                        released(all, instance.id(), entry);
                        bump();
                    } finally {
                        lock.unlock();
                    }
                }
            };
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    // What a fault overrides; all called with the lock.

    Entry entry(ServiceInstance instance, RegistrationOptions options) {
        return new Entry(instance, options.ready(), options.ttl().toNanos());
    }

    String key(String service) {
        return service;
    }

    boolean knows(@Nullable Entry now, Entry held) {
        return now == held;
    }

    void renewed(Entry entry, boolean ready) {
        entry.until = System.nanoTime() + entry.ttl;
        if (entry.ready != ready) {
            entry.ready = ready;
            bump();
        }
    }

    void released(TreeMap<String, Entry> all, String id, Entry entry) {
        Entry now = all.get(id);
        if (now == entry) {
            all.remove(id);
        }
    }

    List<ServiceInstance> found(String service) {
        return services.getOrDefault(service, new TreeMap<>()).values().stream()
                .filter(entry -> entry.ready)
                .map(entry -> entry.instance)
                .toList();
    }

    void expire() {
        long now = System.nanoTime();
        boolean gone = false;
        for (TreeMap<String, Entry> all : services.values()) {
            for (Iterator<Entry> each = all.values().iterator(); each.hasNext(); ) {
                if (each.next().until - now < 0) {
                    each.remove();
                    gone = true;
                }
            }
        }
        if (gone) {
            bump();
        }
    }

    void bump() {
        index++;
        changed.signalAll();
    }
}
