/**
 * Parley's embedded broker for several processes: a server over any store, and the broker {@code parley://host:port} that is its client.
 *
 * <pre>{@code
 * try (BrokerServer server = BrokerServer.builder().store("sqlite:broker-data").start();
 *         MessageBroker broker = MessageBroker.connect("parley://127.0.0.1:" + server.port())) {
 *     broker.publish(Topic.text("greetings"), "hello");
 * }
 * }</pre>
 */
@NullMarked
package dev.parley.broker;

import org.jspecify.annotations.NullMarked;
