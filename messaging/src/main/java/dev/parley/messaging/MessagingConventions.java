package dev.parley.messaging;

import io.opentelemetry.api.common.AttributeKey;
import java.util.List;

/**
 * The names of OpenTelemetry's semantic conventions for messaging that are used here, version {@value #VERSION}. What they have no name for
 * begins with {@code parley}.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/">spans</a>
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/messaging-metrics/">metrics</a>
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/kafka/">Kafka</a>
 * @see <a href="https://opentelemetry.io/docs/specs/semconv/messaging/rabbitmq/">RabbitMQ</a>
 */
final class MessagingConventions {

    static final String VERSION = "1.44.0";
    static final String SCHEMA_URL = "https://opentelemetry.io/schemas/" + VERSION;
    static final String SCOPE = "dev.parley.messaging";

    static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    static final AttributeKey<String> OPERATION = AttributeKey.stringKey("messaging.operation.name");
    static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    static final AttributeKey<String> TEMPLATE = AttributeKey.stringKey("messaging.destination.template");
    static final AttributeKey<Boolean> TEMPORARY = AttributeKey.booleanKey("messaging.destination.temporary");
    static final AttributeKey<Boolean> ANONYMOUS = AttributeKey.booleanKey("messaging.destination.anonymous");
    static final AttributeKey<String> PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    static final AttributeKey<String> GROUP = AttributeKey.stringKey("messaging.consumer.group.name");
    static final AttributeKey<String> MESSAGE_ID = AttributeKey.stringKey("messaging.message.id");
    static final AttributeKey<String> CONVERSATION = AttributeKey.stringKey("messaging.message.conversation_id");
    static final AttributeKey<Long> BATCH = AttributeKey.longKey("messaging.batch.message_count");
    static final AttributeKey<String> KAFKA_KEY = AttributeKey.stringKey("messaging.kafka.message.key");
    static final AttributeKey<Long> KAFKA_OFFSET = AttributeKey.longKey("messaging.kafka.offset");
    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");

    /** Ours: which attempt it is. */
    static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("parley.messaging.attempt");

    static final String KAFKA = "kafka";

    /** Seconds; the conventions ask for these bounds of every duration. */
    static final List<Double> DURATIONS =
            List.of(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0);

    private MessagingConventions() {}
}
