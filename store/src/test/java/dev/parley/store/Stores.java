package dev.parley.store;

import dev.parley.CallException;
import dev.parley.testing.servers.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Places for stores of both engines, and a table that tests write to. */
final class Stores {
    static final Duration GENEROUS = Duration.ofSeconds(60);
    static final Schema ITEMS = new Schema(
            "items",
            List.of(new Migration(
                    1,
                    List.of("create table item (id integer primary key autoincrement, name text not null unique)"),
                    List.of("create table item (id bigserial primary key, " + Position.TXID_COLUMN
                            + ", name text not null unique)"))));

    private static final List<String> COLOUR = List.of("alter table item add column colour varchar(20)");

    /** A newer version of {@link #ITEMS}. */
    static final Schema COLOURED =
            new Schema("items", List.of(ITEMS.migrations().getFirst(), new Migration(2, COLOUR, COLOUR)));

    private Stores() {}

    /** A URI of a new and empty place. */
    static String newUri(Engine engine) throws IOException, InterruptedException {
        return switch (engine) {
            case SQLITE ->
                "sqlite:" + Files.createTempDirectory("parley-store-").resolve("data");
            case POSTGRESQL -> {
                PostgresServer server = PostgresServer.shared();
                yield server.uri(server.newDatabase());
            }
        };
    }

    /** A store of its own with the table of items. */
    static Store open(Engine engine) throws IOException, InterruptedException {
        return open(engine, StoreOptions.defaults());
    }

    static Store open(Engine engine, StoreOptions options) throws IOException, InterruptedException {
        Store store = Store.open(newUri(engine), options);
        store.migrate(ITEMS);
        return store;
    }

    static Path folder(String sqliteUri) {
        return Path.of(sqliteUri.substring("sqlite:".length()));
    }

    static void insert(Transaction transaction, String name) throws Exception {
        PreparedStatement insert = transaction.prepare("insert into item (name) values (?)");
        insert.setString(1, name);
        insert.executeUpdate();
    }

    /** The names of all items by their ids. */
    static List<String> names(Store store) {
        return store.<List<String>>read(transaction -> {
            List<String> all = new ArrayList<>();
            try (ResultSet rows =
                    transaction.prepare("select name from item order by id").executeQuery()) {
                while (rows.next()) {
                    all.add(rows.getString(1));
                }
            }
            return all;
        });
    }

    static CallException failure(ThrowingCallable call) {
        return Assertions.catchThrowableOfType(CallException.class, call);
    }

    /** Waits until it is so. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long until = System.nanoTime() + GENEROUS.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("not within " + GENEROUS + ": " + what);
            }
            Thread.sleep(5);
        }
    }
}
