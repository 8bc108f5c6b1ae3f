package dev.parley.rest;

import dev.parley.CallException;
import dev.parley.Deadline;
import dev.parley.Fanout;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * Asks a service for many things by their keys: one request a key ({@link #each}), or one for many ({@link #chunked}); a
 * few requests at a time.
 *
 * <pre>{@code
 * BatchResult<Long, Product> products =
 *         inventory.batch(ids).each(Product.class, id -> inventory.get("/products/{id}", id));
 * BatchResult<Long, User> users = accounts.batch(ids)
 *         .settle()
 *         .chunked(100, User.class, User::id, some -> accounts.get("/users").query("id", some));
 * }</pre>
 *
 * <p>The first request that fails cancels the others and is thrown, unless the batch {@linkplain #settle settles}.
 * Immutable.
 */
public final class ServiceBatch<K> {

    private static final int MOST_KEYS = 10_000;

    private final String service;
    private final List<K> keys;
    private final int concurrency;
    private final boolean settles;
    private final @Nullable Duration timeout;

    private ServiceBatch(String service, List<K> keys, int concurrency, boolean settles, @Nullable Duration timeout) {
        this.service = service;
        this.keys = keys;
        this.concurrency = concurrency;
        this.settles = settles;
        this.timeout = timeout;
    }

    static <K> ServiceBatch<K> of(String service, Collection<? extends K> keys) {
        if (keys.size() > MOST_KEYS) {
            throw new IllegalArgumentException(
                    "a batch has at most " + MOST_KEYS + " keys, but this one has " + keys.size());
        }
        return new ServiceBatch<>(service, List.copyOf(new LinkedHashSet<>(keys)), 8, false, null);
    }

    /**
     * With this many requests at a time; 8.
     *
     * @throws IllegalArgumentException if not from 1 to 256
     */
    public ServiceBatch<K> concurrency(int requests) {
        if (requests < 1 || requests > 256) {
            throw new IllegalArgumentException("concurrency must be from 1 to 256, but is " + requests);
        }
        return new ServiceBatch<>(service, keys, requests, settles, timeout);
    }

    /** Every request runs to its end, and those that fail are told in the result. */
    public ServiceBatch<K> settle() {
        return new ServiceBatch<>(service, keys, concurrency, true, timeout);
    }

    /**
     * With this time for all of it, or what the current call has left if that is less; unless set, each request has its
     * own, and all what the current call has left.
     *
     * @throws IllegalArgumentException if not positive
     */
    public ServiceBatch<K> timeout(Duration total) {
        return new ServiceBatch<>(service, keys, concurrency, settles, ServiceRequest.positive("timeout", total));
    }

    /** One request a key, made by {@code request}; one that finds nothing ({@link ServiceRequest#find}) is missing. */
    public <T> BatchResult<K, T> each(Class<T> type, Function<? super K, ServiceRequest> request) {
        return eachOf(type, request);
    }

    /** As {@link #each(Class, Function)}, for a generic type. */
    public <T> BatchResult<K, T> each(TypeReference<T> type, Function<? super K, ServiceRequest> request) {
        return eachOf(type.getType(), request);
    }

    private <T> BatchResult<K, T> eachOf(Type type, Function<? super K, ServiceRequest> request) {
        return run(1, (some, end) -> {
            K key = some.getFirst();
            Optional<T> found = request.apply(key).before(end).found(type);
            return found.map(thing -> Map.of(key, thing)).orElse(Map.of());
        });
    }

    /**
     * One request for at most {@code most} keys, made by {@code request} of those; its answer is an array of things.
     *
     * @param key the key of a thing; a thing that was not asked for is passed over
     * @throws IllegalArgumentException if {@code most} is not positive
     */
    public <T> BatchResult<K, T> chunked(
            int most,
            Class<T> type,
            Function<? super T, ? extends K> key,
            Function<? super List<K>, ServiceRequest> request) {
        return chunksOf(most, type, key, request);
    }

    /** As {@link #chunked(int, Class, Function, Function)}, for a generic type of thing. */
    public <T> BatchResult<K, T> chunked(
            int most,
            TypeReference<T> type,
            Function<? super T, ? extends K> key,
            Function<? super List<K>, ServiceRequest> request) {
        return chunksOf(most, type.getType(), key, request);
    }

    private <T> BatchResult<K, T> chunksOf(
            int most,
            Type type,
            Function<? super T, ? extends K> key,
            Function<? super List<K>, ServiceRequest> request) {
        if (most < 1) {
            throw new IllegalArgumentException("the keys of a request must be at least 1, but are " + most);
        }
        return run(most, (some, end) -> {
            Map<K, T> found = new LinkedHashMap<>();
            for (T thing : request.apply(some).before(end).<T>list(type)) {
                found.put(key.apply(thing), thing);
            }
            return found;
        });
    }

    private interface Asking<K, T> {
        Map<K, T> ask(List<K> some, Deadline end);
    }

    private <T> BatchResult<K, T> run(int most, Asking<K, T> asking) {
        Deadline end = timeout == null ? Deadline.NONE : Deadline.after(timeout);
        List<List<K>> chunks = new ArrayList<>();
        for (int at = 0; at < keys.size(); at += most) {
            chunks.add(keys.subList(at, Math.min(keys.size(), at + most)));
        }
        Map<K, T> found = new ConcurrentHashMap<>();
        Map<K, CallException> failed = new ConcurrentHashMap<>();
        AtomicInteger next = new AtomicInteger();
        try (Fanout fanout = settles ? Fanout.settle() : Fanout.all()) {
            for (int i = 0; i < Math.min(concurrency, chunks.size()); i++) {
                fanout.required(service + '-' + i, () -> {
                    for (int at = next.getAndIncrement(); at < chunks.size(); at = next.getAndIncrement()) {
                        ask(asking, chunks.get(at), end, found, failed);
                    }
                    return next;
                });
            }
            fanout.join();
        }
        return result(found, failed);
    }

    private <T> void ask(
            Asking<K, T> asking, List<K> some, Deadline end, Map<K, T> found, Map<K, CallException> failed) {
        try {
            found.putAll(asking.ask(some, end));
        } catch (CallException e) {
            if (!settles) {
                throw e;
            }
            some.forEach(key -> failed.put(key, e));
        }
    }

    private <T> BatchResult<K, T> result(Map<K, T> found, Map<K, CallException> failed) {
        Map<K, T> things = new LinkedHashMap<>();
        List<K> missing = new ArrayList<>();
        Map<K, CallException> failures = new LinkedHashMap<>();
        for (K key : keys) {
            T thing = found.get(key);
            CallException failure = failed.get(key);
            if (thing != null) {
                things.put(key, thing);
            } else if (failure != null) {
                failures.put(key, failure);
            } else {
                missing.add(key);
            }
        }
        return new BatchResult<>(things, missing, failures);
    }
}
