package dev.parley;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;

/**
 * Typed values that interceptors leave on a call for each other and for the handler. They stay in this process: nothing
 * here is sent anywhere. Meant for a handful of keys: each look goes through them. Thread-safe, lock-free.
 */
public final class Attributes {

    private static final Object[] NONE = {};
    private static final AtomicReferenceFieldUpdater<Attributes, Object[]> VALUES =
            AtomicReferenceFieldUpdater.newUpdater(Attributes.class, Object[].class, "values");

    // A key, its value, the next key and so on; never changed in place. Most calls carry one or two.
    private volatile Object[] values = NONE;

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
        Object[] current = values;
        int at = indexOf(key, current);
        return at < 0 ? Optional.empty() : Optional.of((T) current[at + 1]);
    }

    /** Leaves {@code value} under {@code key}, in place of what was there. */
    public <T> void put(Key<T> key, T value) {
        Objects.requireNonNull(value, key.name);
        Object[] before;
        do {
            before = values;
        } while (!VALUES.compareAndSet(this, before, with(key, value, before)));
    }

    private static Object[] with(Key<?> key, Object value, Object[] before) {
        int at = indexOf(key, before);
        Object[] after = Arrays.copyOf(before, at < 0 ? before.length + 2 : before.length);
        int place = at < 0 ? before.length : at;
        after[place] = key;
        after[place + 1] = value;
        return after;
    }

    @SuppressWarnings("ReferenceEquality") // a key is an identity
    private static int indexOf(Key<?> key, Object[] pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i] == key) {
                return i;
            }
        }
        return -1;
    }
}
