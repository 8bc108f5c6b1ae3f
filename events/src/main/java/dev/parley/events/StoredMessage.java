package dev.parley.events;

import dev.parley.messaging.Message;
import dev.parley.messaging.spi.CloudEvents;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Messages in a table: the attributes of the CloudEvent as JSON, and the payload's bytes as they are. */
final class StoredMessage {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final TypeReference<LinkedHashMap<String, String>> ATTRIBUTES = new TypeReference<>() {};

    private StoredMessage() {}

    static String attributes(Message<byte[]> message) {
        Map<String, String> attributes = CloudEvents.attributes(message);
        if (message.metadata().source().isEmpty()) {
            attributes.remove("source");
        }
        return JSON.writeValueAsString(attributes);
    }

    static Message<byte[]> read(String attributes, byte[] payload) {
        Map<String, String> read = JSON.readValue(attributes, ATTRIBUTES);
        if (read.putIfAbsent("source", "unset") == null) {
            Message<byte[]> message = CloudEvents.message(read, payload);
            return message.withMetadata(message.metadata().withSource(""));
        }
        return CloudEvents.message(read, payload);
    }
}
