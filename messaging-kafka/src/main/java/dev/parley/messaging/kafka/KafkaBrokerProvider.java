package dev.parley.messaging.kafka;

import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import java.util.Set;

/**
 * Opens {@code kafka://user:password@host:port,host:port?options}; port 9092 where none is given. The options:
 *
 * <table>
 * <caption>options</caption>
 * <tr><td>{@code share}</td><td>{@code true}: a queue is a share group (Kafka 4.2 or later, feature {@code share.version} 1), whose consumers
 *     share message by message, without order; {@code false} (default): a consumer group, whose consumers share by partition. A group is of one kind for as
 *     long as it is there</td></tr>
 * <tr><td>{@code partitions}</td><td>of topics that are made here, 1 to 10,000; default 6, with {@code share=true} 1, because the broker
 *     shares a partition only where members outnumber partitions. A topic that exists is used as it is</td></tr>
 * <tr><td>{@code replication}</td><td>of topics that are made here, 1 to 100; default: the broker's own</td></tr>
 * <tr><td>{@code session.timeout.ms}</td><td>after how long without a sign of life a consumer's partitions go to others, 1,000 to
 *     3,600,000; default 10,000. The broker has limits of its own, by default 6,000 to 1,800,000. With {@code share=true} of retries only; for all
 *     else the broker's locks count, 30 s by default</td></tr>
 * <tr><td>{@code maxMessageBytes}</td><td>1,024 to 67,108,864; default 1,032,192, which fits into the broker's own default of 1 MiB a
 *     record. Topics that are made here allow for it, others must</td></tr>
 * <tr><td>{@code security.protocol}</td><td>{@code PLAINTEXT}, {@code SSL}, {@code SASL_PLAINTEXT} or {@code SASL_SSL}; default: {@code
 *     SASL_PLAINTEXT} with a user, {@code PLAINTEXT} without</td></tr>
 * <tr><td>{@code sasl.mechanism}</td><td>{@code PLAIN} (default), {@code SCRAM-SHA-256} or {@code SCRAM-SHA-512}</td></tr>
 * <tr><td>{@code ssl.truststore.location}</td><td>a file of certificates in PEM; default: the JDK's</td></tr>
 * </table>
 *
 * <p>Thread-safe.
 */
public final class KafkaBrokerProvider implements BrokerProvider {

    /** For {@link java.util.ServiceLoader}. */
    public KafkaBrokerProvider() {}

    @Override
    public Set<String> schemes() {
        return Set.of("kafka");
    }

    @Override
    public BrokerBackend open(BrokerUri uri, BrokerOptions options) {
        return new KafkaBackend(KafkaSettings.of(uri), options);
    }
}
