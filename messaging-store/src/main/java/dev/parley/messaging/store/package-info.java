/**
 * Brokers in SQLite and PostgreSQL: {@code sqlite:FOLDER} needs no server, and {@code postgresql://...} is shared by many processes.
 *
 * <pre>{@code
 * try (MessageBroker broker = MessageBroker.connect("sqlite:/var/lib/shop?retention=3d")) {
 *     broker.publish(Topic.text("order.placed"), "o-1"); // on the disk when it returns
 * }
 * }</pre>
 */
@NullMarked
package dev.parley.messaging.store;

import org.jspecify.annotations.NullMarked;
