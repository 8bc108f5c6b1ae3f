package dev.parley.messaging.rabbitmq;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/**
 * A queue as the management API tells of it. Its figures are those of the last few seconds; a new queue has none yet, and one whose server
 * collects none never has.
 *
 * @param boundTo of a queue of dead letters: the existing queue that they are from
 * @param redelivered since the server has counted
 * @param headTime when the first message that waits was published, if it says so; classic queues only
 */
record ListedQueue(
        String name,
        Optional<String> boundTo,
        OptionalLong ready,
        OptionalLong unacknowledged,
        OptionalLong consumers,
        OptionalLong redelivered,
        Optional<Instant> headTime) {

    /** What of a queue is asked for. */
    static final String COLUMNS =
            "name,arguments,messages_ready,messages_unacknowledged,consumers,head_message_timestamp,"
                    + "message_stats.redeliver";

    static ListedQueue of(JsonNode queue) {
        JsonNode boundTo = queue.path("arguments").path(Topology.BOUND_TO);
        OptionalLong head = number(queue.path("head_message_timestamp"));
        return new ListedQueue(
                queue.path("name").asString(""),
                boundTo.isString() ? Optional.of(boundTo.stringValue()) : Optional.empty(),
                number(queue.path("messages_ready")),
                number(queue.path("messages_unacknowledged")),
                number(queue.path("consumers")),
                number(queue.path("message_stats").path("redeliver")),
                head.isPresent() ? Optional.of(Instant.ofEpochSecond(head.getAsLong())) : Optional.empty());
    }

    private static OptionalLong number(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0
                ? OptionalLong.of(value.longValue())
                : OptionalLong.empty();
    }
}
