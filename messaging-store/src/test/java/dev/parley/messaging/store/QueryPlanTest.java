package dev.parley.messaging.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Code;
import dev.parley.messaging.Failure;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Settlement;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is asked for each message goes along an index, whatever waits. */
class QueryPlanTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void statementsOfEveryMessageUseTheIndexes(Engine engine) throws Exception {
        String uri = Databases.newUri(engine, folder);
        QueueName queue = new QueueName("topic", "group");
        try (BrokerBackend backend = Databases.open(uri);
                Store store = Store.shared(uri);
                BackendConsumer consumer = backend.consume(Databases.spec(queue))) {
            backend.consume(Databases.spec(new QueueName("topic", "other"))).close();
            if (engine == Engine.POSTGRESQL) {
                store.run(transaction -> {
                    for (String table : List.of("parley_delivery", "parley_message")) {
                        transaction
                                .prepare("alter table " + table + " set (autovacuum_enabled = false)")
                                .execute();
                    }
                });
            }
            for (int round = 0; round < 20; round++) {
                List<Outgoing> all = new ArrayList<>();
                for (int n = 0; n < 500; n++) {
                    all.add(Databases.outgoing("topic", round + "-" + n));
                }
                backend.publish(all);
            }
            Failure failure = new Failure(Instant.now(), Instant.now(), Code.INTERNAL, "of the test");
            assertThat(consumer.settle(Databases.take(consumer, 500).stream()
                            .map(each -> (Settlement) new Settlement.DeadLettered(each, failure))
                            .toList()))
                    .isEmpty();
            if (engine == Engine.POSTGRESQL) {
                // As a database is in its first minute: autovacuum has not been there, and there are no statistics.
                for (String sql : List.of(Settling.ack(engine), Settling.release(engine), Settling.extend(engine))) {
                    assertThat(explained(store, sql))
                            .as("times that are over, and not vacuumed yet, are not gone through")
                            .doesNotContain("parley_delivery_timed");
                }
                assertThat(explained(store, Claims.messages(engine)))
                        .as("a list that is looked through for each row")
                        .doesNotContain("ANY");
                store.run(transaction -> transaction.prepare("analyze").execute());
            }
            assertUses(store, Claims.ready(engine), "parley_delivery_ready");
            assertUses(store, Claims.PAGE, "parley_delivery_ready");
            assertUses(store, Claims.PAGE, "parley_delivery_held");
            assertUses(store, Claims.NEXT_LANE, "parley_delivery_lane");
            assertUses(store, Claims.OF_LANE, "parley_delivery_lane");
            assertUses(store, Claims.look(engine), "parley_delivery_timed");
            assertUses(store, Claims.catchUp(engine), "parley_delivery_timed");
            assertUses(store, Claims.lease(engine), "");
            assertUses(store, Claims.messages(engine), "");
            assertUses(store, Settling.ack(engine), "");
            assertUses(store, Settling.release(engine), "");
            assertUses(store, Settling.extend(engine), "");
            assertUses(store, Letters.LIST, "parley_dead_letter_queue");
            assertUses(store, Retention.FIRST, "");
            assertUses(store, Retention.FIRST_OF_TOPIC, "parley_message_topic");
            assertUses(store, Retention.remove(engine), "parley_dead_letter_message");
            assertUses(store, Groups.TOPICS, "parley_message_topic");
        }
    }

    private static String explained(Store store, String sql) {
        return store.<String>transaction(transaction -> {
            boolean sqlite = transaction.engine() == Engine.SQLITE;
            PreparedStatement statement = transaction.prepare((sqlite ? "explain query plan " : "explain ") + sql);
            bind(statement, sql);
            StringBuilder lines = new StringBuilder();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    lines.append(row.getString(sqlite ? 4 : 1)).append('\n');
                }
            }
            return lines.toString();
        });
    }

    private static void assertUses(Store store, String sql, String index) {
        String plan = explained(store, sql);
        assertThat(plan).as(sql).contains(index).doesNotContain("Seq Scan on parley_delivery");
        assertThat(plan.lines().map(String::strip))
                .as("tables that are read whole by %s", sql)
                .noneMatch(line -> line.startsWith("SCAN parley_") && !line.contains("INDEX"));
    }

    private static void bind(PreparedStatement statement, String sql) throws SQLException {
        int n = 0;
        for (int at = sql.indexOf('?'); at >= 0; at = sql.indexOf('?', at + 1)) {
            n++;
            String before = sql.substring(0, at);
            if (before.endsWith("cast(") && sql.startsWith("? as bigint[]", at)) {
                statement.setString(n, "{1,2,3}");
            } else if (before.endsWith("json_each(")) {
                statement.setString(n, "[1,2,3]");
            } else if (before.endsWith("topic = ")) {
                statement.setString(n, "topic");
            } else {
                statement.setLong(n, 1);
            }
        }
    }
}
