/**
 * Kafka as a broker: a topic is a topic, a queue is a consumer group whose members keep a frontier a partition, so that a slow message
 * neither holds up its partition nor is committed past; with {@code share=true} it is a share group, whose members share message by message.
 * Retries and dead letters are topics of the group's own.
 *
 * <pre>{@code
 * BrokerBackend backend = Backends.open("kafka://127.0.0.1:9092?partitions=12", BrokerOptions.defaults());
 * }</pre>
 *
 * @see dev.parley.messaging.kafka.KafkaBrokerProvider the options of the URI
 */
@NullMarked
package dev.parley.messaging.kafka;

import org.jspecify.annotations.NullMarked;
