package dev.parley.messaging.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.Timer;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Failure;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.QueueStats;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import dev.parley.testing.Fixture;
import dev.parley.testing.servers.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that share a PostgreSQL, but not what makes it easy: one is not woken, one has another idea of the time. */
class PostgresClientsTest {

    private static final QueueName QUEUE = new QueueName("topic", "group");

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private String database;
    private BrokerBackend sound;

    @BeforeEach
    void open() throws Exception {
        database = PostgresServer.shared().newDatabase();
        sound = fixture.open(Databases.open(PostgresServer.shared().uri(database)));
        sound.ping();
    }

    /** As in another process: what is shared inside of one is so by URI. */
    private BrokerBackend other(InstantSource clock) throws Exception {
        String uri = PostgresServer.shared().uri(database) + "?connections=3";
        return fixture.open(Backends.open(uri, BrokerOptions.defaults().withClock(clock, Timer.system())));
    }

    /** NOTIFY only wakes, and what is not heard is found. */
    @Test
    void whatNobodyIsWokenForIsDeliveredAllTheSame() throws Exception {
        try (Connection connection =
                        DriverManager.getConnection(PostgresServer.shared().jdbcUrl(database));
                var statement = connection.createStatement()) {
            statement.execute("create or replace function pg_catalog.pg_notify(text, text) returns void"
                    + " language sql as 'select'");
        }
        BrokerBackend publisher = other(InstantSource.system());
        BackendConsumer consumer = fixture.open(sound.consume(Databases.spec(QUEUE)));
        for (int round = 0; round < 5; round++) {
            // It waits already, or will: neither may depend on being told.
            String id = "m" + round;
            Thread late = Thread.ofVirtual().start(() -> {
                try {
                    publisher.publish(List.of(Databases.outgoing("topic", id)));
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            List<Received> taken = Databases.take(consumer, 1);
            late.join();
            assertThat(Databases.ids(taken)).containsExactly(id);
            assertThat(consumer.settle(Databases.acks(taken))).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1})
    void aClockThatIsADayOffMakesNothingEarlyLateOrLost(long days) throws Exception {
        Duration off = Duration.ofDays(days);
        InstantSource clock = () -> Instant.now().plus(off);
        BrokerBackend wrong = other(clock);
        BackendConsumer there = fixture.open(wrong.consume(Databases.spec(QUEUE)));

        // At once, by the database's time; its age is from there, too.
        wrong.publish(List.of(Databases.outgoing("topic", "now")));
        List<Received> held = Databases.take(there, 1);
        assertThat(Databases.ids(held)).containsExactly("now");
        assertThat(age(sound)).isLessThan(Duration.ofHours(1));
        assertThat(age(wrong)).isLessThan(Duration.ofHours(1));

        // Its lease is neither over for others, nor are theirs for it; both look every second for what is.
        BackendConsumer here = fixture.open(sound.consume(Databases.spec(QUEUE)));
        assertThat(here.receive(10, Duration.ofMillis(2500))).isEmpty();
        sound.publish(List.of(Databases.outgoing("topic", "other")));
        List<Received> others = Databases.take(here, 1);
        assertThat(Databases.ids(others)).containsExactly("other");
        assertThat(there.receive(10, Duration.ofMillis(2500))).isEmpty();
        assertThat(here.settle(Databases.acks(others))).isEmpty();

        // What is to wait waits, and no longer.
        Duration wait = Duration.ofSeconds(1);
        long begin = System.nanoTime();
        Failure failure = new Failure(clock.instant(), clock.instant(), Code.UNAVAILABLE, "of the test");
        assertThat(there.settle(List.of(new Settlement.Retry(held.getFirst(), wait, failure))))
                .isEmpty();
        Outgoing plain = Databases.outgoing("topic", "later");
        wrong.publish(List.of(new Outgoing(
                "topic", plain.message(), Optional.of(clock.instant().plus(wait)))));
        there.close();
        List<Received> waited = Databases.take(here, 2);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(wait);
        assertThat(Databases.ids(waited)).containsExactlyInAnyOrder("now", "later");
        assertThat(waited).anySatisfy(each -> assertThat(each.attempt()).isEqualTo(2));
        assertThat(here.settle(Databases.acks(waited))).isEmpty();

        // A group that begins in the past does so by the times that the database noted.
        BackendConsumer again = fixture.open(sound.consume(Databases.spec(
                new QueueName("topic", "again"),
                false,
                new StartFrom.Time(Instant.now().minusSeconds(3600)))));
        assertThat(Databases.ids(Databases.take(again, 3))).containsExactlyInAnyOrder("now", "other", "later");
    }

    private static Duration age(BrokerBackend backend) throws Exception {
        return backend.queues().stream()
                .filter(each -> each.queue().equals(QUEUE))
                .findFirst()
                .flatMap(QueueStats::oldestAge)
                .orElseThrow();
    }
}
