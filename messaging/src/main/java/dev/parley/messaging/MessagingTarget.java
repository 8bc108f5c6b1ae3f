package dev.parley.messaging;

import dev.parley.Call;
import dev.parley.messaging.internal.TelemetryNames;
import dev.parley.messaging.spi.ConsumerSpec;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What spans and metrics of a call say of where its messages go to, or come from.
 *
 * @param spanName the operation, and a destination of which there are few
 * @param span attributes that samplers are to see
 * @param metrics those of them of which there are few
 */
record MessagingTarget(String spanName, Attributes span, Attributes metrics) {

    private static final String PUBLISH = "publish";
    private static final String PROCESS = "process";
    private static final Pattern KAFKA_POSITION = Pattern.compile("([0-9]{1,10}):([0-9]{1,18})");

    static MessagingTarget published(Call call) {
        Naming naming = new Naming(call);
        String topic = call.method().service();
        Naming.Named named = naming.of(topic);
        boolean temporary = topic.startsWith(TelemetryNames.REPLIES);
        AttributesBuilder span = naming.common(PUBLISH, "send");
        AttributesBuilder metrics = naming.common(PUBLISH, "send");
        span.put(MessagingConventions.DESTINATION, named.destination());
        named.own().forEach((name, value) -> span.put(AttributeKey.stringKey(name), value));
        if (!temporary) {
            metrics.put(MessagingConventions.DESTINATION, named.destination());
            return new MessagingTarget(PUBLISH + ' ' + named.destination(), span.build(), metrics.build());
        }
        String template = naming.of(TelemetryNames.REPLIES + "{id}").destination();
        span.put(MessagingConventions.TEMPLATE, template)
                .put(MessagingConventions.TEMPORARY, true)
                .put(MessagingConventions.ANONYMOUS, true);
        metrics.put(MessagingConventions.TEMPLATE, template);
        return new MessagingTarget(PUBLISH + ' ' + template, span.build(), metrics.build());
    }

    static MessagingTarget consumed(Call call, List<Delivery<?>> deliveries) {
        Naming naming = new Naming(call);
        Delivery<?> first = deliveries.getFirst();
        String subscribed = call.method().service();
        Naming.Named named = naming.of(first.topic());
        boolean pattern = TopicPattern.isPattern(subscribed);
        String shown = pattern ? naming.of(subscribed).destination() : named.destination();
        String group = named.group().orElse(first.group());
        AttributesBuilder span = naming.common(PROCESS, PROCESS).put(MessagingConventions.GROUP, group);
        AttributesBuilder metrics = naming.common(PROCESS, PROCESS).put(MessagingConventions.GROUP, group);
        if (deliveries.stream().allMatch(each -> each.topic().equals(first.topic()))) {
            span.put(MessagingConventions.DESTINATION, named.destination());
            named.own().forEach((name, value) -> span.put(AttributeKey.stringKey(name), value));
        }
        if (pattern) {
            span.put(MessagingConventions.TEMPLATE, shown);
        }
        metrics.put(pattern ? MessagingConventions.TEMPLATE : MessagingConventions.DESTINATION, shown);
        return new MessagingTarget(PROCESS + ' ' + shown, span.build(), metrics.build());
    }

    /** Names of one call's broker. */
    private static final class Naming {
        private final String system;
        private final Optional<TelemetryNames> names;

        Naming(Call call) {
            this.system = call.peer().protocol();
            this.names = TelemetryNames.find(call);
        }

        /**
         * A topic in the broker's words.
         *
         * @param own attributes of the system's own
         */
        private record Named(String destination, Optional<String> group, Map<String, String> own) {}

        Named of(String topic) {
            Optional<ConsumerSpec> from = names.flatMap(TelemetryNames::from);
            Map<String, String> own =
                    names.map(each -> each.backend().telemetry(topic, from)).orElse(Map.of());
            return new Named(
                    own.getOrDefault(MessagingConventions.DESTINATION.getKey(), topic),
                    Optional.ofNullable(own.get(MessagingConventions.GROUP.getKey())),
                    own);
        }

        AttributesBuilder common(String operation, String type) {
            AttributesBuilder common = Attributes.builder()
                    .put(MessagingConventions.SYSTEM, system)
                    .put(MessagingConventions.OPERATION, operation)
                    .put(MessagingConventions.OPERATION_TYPE, type);
            names.ifPresent(each -> server(common, each));
            return common;
        }
    }

    /** Where the broker is, if it is one server. */
    static void server(AttributesBuilder attributes, TelemetryNames names) {
        if (!names.address().isEmpty()) {
            attributes.put(MessagingConventions.SERVER_ADDRESS, names.address());
            if (names.port() > 0) {
                attributes.put(MessagingConventions.SERVER_PORT, (long) names.port());
            }
        }
    }

    /** What is said of one message: on the span of one, and on the link of each in a batch. */
    static void message(AttributesBuilder attributes, Call call, Message<?> message) {
        attributes.put(MessagingConventions.MESSAGE_ID, message.id());
        message.metadata().correlationId().ifPresent(id -> attributes.put(MessagingConventions.CONVERSATION, id));
        if (call.peer().protocol().equals(MessagingConventions.KAFKA)) {
            message.metadata().key().ifPresent(key -> attributes.put(MessagingConventions.KAFKA_KEY, key));
        }
    }

    /** What is said of one delivery, beside its {@link #message}. */
    static void delivery(AttributesBuilder attributes, Call call, Delivery<?> delivery) {
        attributes.put(MessagingConventions.ATTEMPT, (long) delivery.attempt());
        if (call.peer().protocol().equals(MessagingConventions.KAFKA)) {
            Matcher position = KAFKA_POSITION.matcher(delivery.position());
            if (position.matches()) {
                attributes.put(MessagingConventions.PARTITION, position.group(1));
                attributes.put(MessagingConventions.KAFKA_OFFSET, Long.parseLong(position.group(2)));
            }
        }
    }
}
