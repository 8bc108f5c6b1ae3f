package dev.parley.events;

import dev.parley.store.Engine;
import dev.parley.store.Migration;
import dev.parley.store.Schema;
import dev.parley.store.Store;
import dev.parley.store.Transaction;
import dev.parley.testing.servers.PostgresServer;
import java.nio.file.Files;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** Stores of both engines with a table of business rows. */
final class Stores {

    static final Duration GENEROUS = Duration.ofSeconds(90);

    static final Schema ROWS = new Schema(
            "rows",
            List.of(new Migration(
                    1,
                    List.of("create table business (name text not null)"),
                    List.of("create table business (name text not null)"))));

    private Stores() {}

    static String newUri(Engine engine) throws Exception {
        return switch (engine) {
            case SQLITE ->
                "sqlite:" + Files.createTempDirectory("parley-events-").resolve("data");
            case POSTGRESQL -> {
                PostgresServer server = PostgresServer.shared();
                yield server.uri(server.newDatabase());
            }
        };
    }

    static Store open(Engine engine) throws Exception {
        return open(newUri(engine));
    }

    static Store open(String uri) {
        Store store = Store.open(uri);
        store.migrate(ROWS);
        return store;
    }

    static void insert(Transaction tx, String name) throws Exception {
        PreparedStatement insert = tx.prepare("insert into business (name) values (?)");
        insert.setString(1, name);
        insert.executeUpdate();
    }

    static List<String> rows(Store store) {
        return store.<List<String>>read(tx -> {
            List<String> names = new ArrayList<>();
            try (ResultSet row =
                    tx.prepare("select name from business order by name").executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
            return names;
        });
    }

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
