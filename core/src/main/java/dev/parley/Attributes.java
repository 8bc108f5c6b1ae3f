package dev.parley;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Typed values that interceptors leave on a call for each other and for the handler. They stay in this process: nothing
 * here is sent anywhere. Thread-safe.
 */
public final class Attributes {

    private volatile @Nullable Map<Key<?>, Object> values;

    /** An empty set of attributes. */
    public Attributes() {}

    /** Names one attribute. Two keys are the same only if they are the same object. */
    @SuppressWarnings("UnusedTypeParameter") // it types the value that is found under the key
    public static final class Key<T> {
        private final String name;

        private Key(String name) {
            this.name = name;
        }

        /** A new key; {@code name} is for people. */
        public static <T> Key<T> of(String name) {
            return new Key<>(name);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** The value left under {@code key}. */
    @SuppressWarnings("unchecked") // put() lets only a T in under a Key<T>
    public <T> Optional<T> get(Key<T> key) {
        Map<Key<?>, Object> current = values;
        return current == null ? Optional.empty() : Optional.ofNullable((T) current.get(key));
    }

    /** Leaves {@code value} under {@code key}, in place of what was there. */
    public <T> void put(Key<T> key, T value) {
        map().put(key, value);
    }

    private Map<Key<?>, Object> map() {
        Map<Key<?>, Object> current = values;
        if (current == null) {
            synchronized (this) {
                current = values;
                if (current == null) {
                    // Most calls carry no attribute, so the map is made by the first one.
                    current = new ConcurrentHashMap<>(4);
                    values = current;
                }
            }
        }
        return current;
    }
}
