/**
 * Durable state over JDBC: SQLite in the process, or a PostgreSQL server, behind one interface. What {@link
 * dev.parley.store.Store#transaction} has returned from is on the disk.
 *
 * <pre>{@code
 * Schema schema = new Schema("counter", List.of(new Migration(
 *         1,
 *         List.of("create table counter (name text primary key, value integer not null)"),
 *         List.of("create table counter (name text primary key, value bigint not null)"))));
 * try (Store store = Store.open("sqlite:data")) { // or postgresql://user:password@host:5432/database
 *     store.migrate(schema);
 *     store.run(tx -> {
 *         PreparedStatement add = tx.prepare("insert into counter (name, value) values (?, 1)"
 *                 + " on conflict (name) do update set value = counter.value + 1");
 *         add.setString(1, "visits");
 *         add.executeUpdate();
 *         tx.wake("counter");
 *     });
 * }
 * }</pre>
 */
@NullMarked
package dev.parley.store;

import org.jspecify.annotations.NullMarked;
