package dev.parley.messaging.store;

import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The queues of one database, which all brokers of this process with the same store share, limits and clock of the first one included; closed
 * with the last. Thread-safe.
 */
final class Queues {

    /** How long a consumer is believed to live without a sign of life. */
    static final long BELIEVED_MICROS = 30_000_000;

    /** As no other process can have a consumer there, a sign of life is not needed. */
    private static final long FOREVER_MICROS = 1L << 60;

    private static final Duration SENDING = Duration.ofSeconds(5);

    private static final Map<String, Queues> SHARED = new HashMap<>(); // guarded by itself

    private final String uri;
    private final Database database;
    private final Routes routes = new Routes();
    private final Waiters waiters = new Waiters();
    private final Set<StoreConsumer> consumers = ConcurrentHashMap.newKeySet();
    private final Groups groups;
    private final Publications publications;
    private final Publications sends;
    private final Letters letters;
    private final Sweeper sweeper;
    private final boolean embedded;
    private int users; // guarded by SHARED

    private Queues(StoreSettings settings, String name, boolean embedded, InstantSource clock) {
        this.uri = settings.store();
        this.embedded = embedded;
        Capacity capacity = new Capacity(settings.maxMessages());
        this.groups = new Groups(capacity);
        this.database = new Database(uri, name, this::prepare);
        Publishing publishing = new Publishing(routes, capacity, clock);
        this.publications = new Publications(database, publishing, embedded ? 3 : 4);
        this.sends = new Publications(database, publishing, 1);
        this.letters = new Letters(database);
        this.sweeper = new Sweeper(this, settings);
    }

    static Queues share(StoreSettings settings, String name, boolean embedded, InstantSource clock) {
        synchronized (SHARED) {
            Queues queues = SHARED.get(settings.store());
            if (queues == null) {
                queues = new Queues(settings, name, embedded, clock);
                SHARED.put(settings.store(), queues);
            }
            queues.users++;
            return queues;
        }
    }

    private void prepare(Store store) {
        store.run(Groups::reset);
        sweeper.start();
    }

    Database database() {
        return database;
    }

    Waiters waiters() {
        return waiters;
    }

    Set<StoreConsumer> consumers() {
        return consumers;
    }

    Publications publications() {
        return publications;
    }

    /** What is sent without waiting: in its order, so one transaction at a time. */
    Publications sends() {
        return sends;
    }

    Letters letters() {
        return letters;
    }

    StoreConsumer consume(ConsumerSpec spec, Consumer<StoreConsumer> onClose) throws InterruptedException {
        Store store = database.store();
        sends.flush(SENDING); // who comes now does not hear what was sent before
        long id = ThreadLocalRandom.current().nextLong();
        Groups.Membership membership = database.transaction(
                transaction -> groups.join(transaction, spec, id, believedFor(transaction.engine())));
        StoreConsumer consumer = new StoreConsumer(this, membership, spec, left -> {
            consumers.remove(left);
            onClose.accept(left);
        });
        consumers.add(consumer);
        waiters.add(store, membership.queue(), membership.ordered(), consumer.waiter());
        return consumer;
    }

    static long believedFor(Engine engine) {
        return switch (engine) {
            case SQLITE -> FOREVER_MICROS;
            case POSTGRESQL -> BELIEVED_MICROS;
        };
    }

    boolean embedded() {
        return embedded;
    }

    /** Gives what was sent without waiting a moment to be stored. */
    void flush() {
        try {
            sends.flush(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void leave() {
        synchronized (SHARED) {
            users--;
            if (users > 0) {
                return;
            }
            sweeper.close();
            database.close();
            SHARED.remove(uri, this);
        }
    }
}
