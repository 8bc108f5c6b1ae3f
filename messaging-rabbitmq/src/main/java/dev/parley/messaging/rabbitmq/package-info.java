/**
 * RabbitMQ (3.10 or later) as a broker: {@code amqp://user:password@host:port/virtual-host}, {@code amqps://} with TLS and the JVM's default
 * trust. Being on the class path is all that it needs.
 *
 * <pre>{@code
 * try (MessageBroker broker = MessageBroker.connect("amqp://guest:guest@127.0.0.1:5672")) {
 *     broker.publish(Topic.text("order.placed"), Message.of("order.placed", "o-1"));
 * }
 * }</pre>
 *
 * <p>A topic is a routing key of the exchange {@code parley}, a durable topic exchange; a group is a durable quorum queue {@code TOPIC/GROUP}
 * that is bound with the topic or pattern, its dead letters are in {@code TOPIC/GROUP/dlq}. Several servers of a cluster are given as
 * {@code host:port,host:port}. Options:
 *
 * <ul>
 *   <li>{@code exchange}: an exchange that is there already, with {@code exchange-type} {@code topic} (the default), {@code fanout} or
 *       {@code direct}. Of a fan-out exchange each queue gets everything, whatever the topic.
 *   <li>{@code heartbeat}: seconds, 1 to 600, 10 by default; a server that is silent for twice as long is taken for dead.
 *   <li>{@code management}: where the management API is (plugin {@code rabbitmq_management}), with the same user: a port of the servers, or
 *       an {@code http(s)://} URL. With it {@code queues()} tells of all groups of the exchange; without, AMQP has no list, and it tells of those
 *       that this object has used.
 * </ul>
 *
 * <p>Messages are CloudEvents in AMQP's binary mode; those with more than 20,000 characters of attributes are in JSON. A subscription to an
 * existing queue or exchange gets whatever others publish there. A group whose subscriptions are {@code ordered} has one active consumer at a
 * time, and its queue is declared as such: it cannot be the one of a group that was not. Delays are exact to about ten per cent. A message
 * that nobody has subscribed to is dropped by the server, confirmed. A group that is new takes a second to subscribe to, and so does the
 * first delayed message of each length.
 */
@NullMarked
package dev.parley.messaging.rabbitmq;

import org.jspecify.annotations.NullMarked;
