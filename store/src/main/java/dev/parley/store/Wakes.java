package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The listeners of this process and the thread that calls them. A channel woken several times before its turn is called once. */
final class Wakes implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Store.class.getName());
    private static final Pattern CHANNEL = Pattern.compile("[a-zA-Z0-9._-]{1,100}");
    private static final int MOST_LISTENERS = 10_000;

    private final String threadName;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    // Guarded by lock.
    private final Map<String, List<Runnable>> listeners = new HashMap<>();
    private final Set<String> pending = new LinkedHashSet<>();
    private int count;
    private boolean closed;
    private @Nullable Thread thread;

    Wakes(String threadName) {
        this.threadName = threadName;
    }

    static void check(String channel) {
        if (!CHANNEL.matcher(channel).matches()) {
            throw new IllegalArgumentException(
                    "a channel must be 1 to 100 characters of a-z A-Z 0-9 . _ -, but is \"" + channel + "\"");
        }
    }

    Listening listen(String channel, Runnable listener) {
        check(channel);
        Runnable own = () -> listener.run(); // so that the same listener may come twice
        lock.lock();
        try {
            if (count >= MOST_LISTENERS) {
                throw new CallException(
                        Code.RESOURCE_EXHAUSTED, "a store has more than " + MOST_LISTENERS + " listeners");
            }
            count++;
            listeners.computeIfAbsent(channel, name -> new ArrayList<>()).add(own);
            if (thread == null && !closed) {
                thread = Thread.ofPlatform().daemon().name(threadName).start(this::run);
            }
        } finally {
            lock.unlock();
        }
        return () -> remove(channel, own);
    }

    private void remove(String channel, Runnable listener) {
        lock.lock();
        try {
            List<Runnable> all = listeners.get(channel);
            if (all != null && all.remove(listener)) {
                count--;
                if (all.isEmpty()) {
                    listeners.remove(channel);
                    pending.remove(channel);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void wake(Collection<String> channels) {
        if (channels.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            for (String channel : channels) {
                if (listeners.containsKey(channel) && pending.add(channel)) {
                    woken.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    void wakeAll() {
        lock.lock();
        try {
            pending.addAll(listeners.keySet());
            woken.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        while (true) {
            for (Runnable listener : next()) {
                try {
                    listener.run();
                } catch (RuntimeException e) {
                    LOG.log(System.Logger.Level.ERROR, "a listener of the store failed", e);
                }
            }
            lock.lock();
            try {
                if (closed) {
                    return;
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private List<Runnable> next() {
        lock.lock();
        try {
            while (pending.isEmpty() && !closed) {
                woken.awaitUninterruptibly();
            }
            List<Runnable> all = new ArrayList<>();
            for (String channel : pending) {
                all.addAll(listeners.getOrDefault(channel, List.of()));
            }
            pending.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            woken.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
