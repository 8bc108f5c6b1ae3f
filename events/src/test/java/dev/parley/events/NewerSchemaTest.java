package dev.parley.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.MessageBroker;
import dev.parley.store.Engine;
import dev.parley.store.Store;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a newer program has left in the database is refused by each part of this one, and nothing of it is changed. */
class NewerSchemaTest {

    private static final Map<String, Consumer<Store>> PARTS = Map.of(
            "events.outbox", Outbox::on,
            "events.inbox", Inbox::on,
            "events.store", store -> EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG));

    @ParameterizedTest
    @EnumSource
    void eachPartRefusesTablesOfANewerProgram(Engine engine) throws Exception {
        try (Store store = Stores.open(engine)) {
            PARTS.values().forEach(part -> part.accept(store));
            store.run(tx -> tx.prepare("update parley_schema set version = 99 where component <> 'rows'")
                    .executeUpdate());
            List<String> before = versions(store);
            PARTS.forEach((component, part) -> assertThatThrownBy(() -> part.accept(store))
                    .isInstanceOfSatisfying(CallException.class, e -> {
                        assertThat(e.code()).isEqualTo(Code.FAILED_PRECONDITION);
                        assertThat(e.message())
                                .contains(
                                        '"' + component + '"',
                                        "have version 99",
                                        "needs version",
                                        "Run the newer program");
                    }));
            assertThat(versions(store)).isEqualTo(before);
        }
    }

    /** The broker in a database, too: {@code sqlite:} at once, a server's at the first use. */
    @ParameterizedTest
    @EnumSource
    void aBrokerInTheDatabaseRefusesThemToo(Engine engine) throws Exception {
        String uri = Stores.newUri(engine);
        try (MessageBroker broker = MessageBroker.connect(uri)) {
            broker.publish(dev.parley.messaging.Topic.text("words"), "of the older program");
        }
        try (Store store = Store.open(uri)) {
            store.run(tx -> tx.prepare("update parley_schema set version = 99").executeUpdate());
        }
        assertThatThrownBy(() -> {
                    try (MessageBroker broker = MessageBroker.connect(uri)) {
                        broker.publish(dev.parley.messaging.Topic.text("words"), "lost");
                    }
                })
                .isInstanceOfSatisfying(CallException.class, e -> {
                    assertThat(e.code()).isEqualTo(Code.FAILED_PRECONDITION);
                    assertThat(e.message()).contains("have version 99", "Run the newer program");
                });
    }

    private static List<String> versions(Store store) {
        return store.<List<String>>read(tx -> {
            List<String> all = new ArrayList<>();
            PreparedStatement select = tx.prepare("select component, version from parley_schema order by component");
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    all.add(row.getString(1) + ' ' + row.getInt(2));
                }
            }
            return all;
        });
    }
}
