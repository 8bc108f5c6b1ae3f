package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.semconv.incubating.MessagingIncubatingAttributes;
import org.junit.jupiter.api.Test;

/** Names against those that OpenTelemetry publishes. */
class MessagingConventionsTest {

    @Test
    void namesAreThoseOfTheConventions() {
        assertThat(MessagingConventions.SYSTEM).isEqualTo(MessagingIncubatingAttributes.MESSAGING_SYSTEM);
        assertThat(MessagingConventions.OPERATION).isEqualTo(MessagingIncubatingAttributes.MESSAGING_OPERATION_NAME);
        assertThat(MessagingConventions.OPERATION_TYPE)
                .isEqualTo(MessagingIncubatingAttributes.MESSAGING_OPERATION_TYPE);
        assertThat(MessagingConventions.DESTINATION)
                .isEqualTo(MessagingIncubatingAttributes.MESSAGING_DESTINATION_NAME);
        assertThat(MessagingConventions.TEMPLATE)
                .isEqualTo(MessagingIncubatingAttributes.MESSAGING_DESTINATION_TEMPLATE);
        assertThat(MessagingConventions.TEMPORARY)
                .isEqualTo(MessagingIncubatingAttributes.MESSAGING_DESTINATION_TEMPORARY);
        assertThat(MessagingConventions.ANONYMOUS)
                .isEqualTo(MessagingIncubatingAttributes.MESSAGING_DESTINATION_ANONYMOUS);
        assertThat(MessagingConventions.PARTITION)
                .isEqualTo(MessagingIncubatingAttributes.MESSAGING_DESTINATION_PARTITION_ID);
        assertThat(MessagingConventions.GROUP).isEqualTo(MessagingIncubatingAttributes.MESSAGING_CONSUMER_GROUP_NAME);
        assertThat(MessagingConventions.MESSAGE_ID).isEqualTo(MessagingIncubatingAttributes.MESSAGING_MESSAGE_ID);
        assertThat(MessagingConventions.CONVERSATION)
                .isEqualTo(MessagingIncubatingAttributes.MESSAGING_MESSAGE_CONVERSATION_ID);
        assertThat(MessagingConventions.BATCH).isEqualTo(MessagingIncubatingAttributes.MESSAGING_BATCH_MESSAGE_COUNT);
        assertThat(MessagingConventions.KAFKA_KEY).isEqualTo(MessagingIncubatingAttributes.MESSAGING_KAFKA_MESSAGE_KEY);
        assertThat(MessagingConventions.KAFKA_OFFSET).isEqualTo(MessagingIncubatingAttributes.MESSAGING_KAFKA_OFFSET);
        assertThat(MessagingConventions.KAFKA)
                .isEqualTo(MessagingIncubatingAttributes.MessagingSystemIncubatingValues.KAFKA);
    }
}
