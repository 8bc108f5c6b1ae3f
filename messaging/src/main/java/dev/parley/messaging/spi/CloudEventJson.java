package dev.parley.messaging.spi;

import dev.parley.messaging.Message;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The structured mode: a whole CloudEvent in JSON, {@value #CONTENT_TYPE}. JSON payloads stand in it as they are, text as text, all else in
 * base64.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">the JSON event format</a>
 */
public final class CloudEventJson {

    /** Of one event. */
    public static final String CONTENT_TYPE = "application/cloudevents+json";

    private static final JsonMapper JSON = JsonMapper.shared();

    private CloudEventJson() {}

    /** Whether a content type says that a body is one event in JSON. */
    public static boolean isJsonEvent(String contentType) {
        return mediaType(contentType).equals(CONTENT_TYPE);
    }

    /** Writes a message, in UTF-8. */
    public static byte[] write(Message<byte[]> message) {
        ObjectNode event = JSON.createObjectNode();
        CloudEvents.attributes(message).forEach(event::put);
        byte[] data = message.payload();
        String type = mediaType(message.metadata().contentType());
        if (type.equals("application/json") || type.endsWith("+json")) {
            try {
                event.set("data", JSON.readTree(data));
            } catch (JacksonException e) {
                event.put("data_base64", Base64.getEncoder().encodeToString(data));
            }
        } else {
            event.put("data_base64", Base64.getEncoder().encodeToString(data));
        }
        return JSON.writeValueAsBytes(event);
    }

    /**
     * Reads a message.
     *
     * @throws IllegalArgumentException if it is not JSON, or no CloudEvent 1.0
     */
    public static Message<byte[]> read(byte[] body) {
        JsonNode event;
        try {
            event = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("a CloudEvent in JSON cannot be read: " + e.getOriginalMessage(), e);
        }
        if (!event.isObject()) {
            throw new IllegalArgumentException("a CloudEvent in JSON must be an object, but is " + event.getNodeType());
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : event.properties()) {
            String name = property.getKey();
            JsonNode value = property.getValue();
            if (!name.equals("data") && !name.equals("data_base64") && value.isValueNode() && !value.isNull()) {
                attributes.put(name, value.asString());
            }
        }
        return CloudEvents.message(attributes, data(event, attributes));
    }

    private static byte[] data(JsonNode event, Map<String, String> attributes) {
        if (event.hasNonNull("data_base64")) {
            try {
                return Base64.getDecoder().decode(event.get("data_base64").asString());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("data_base64 of a CloudEvent is not base64", e);
            }
        }
        JsonNode data = event.get("data");
        if (data == null) {
            return new byte[0];
        }
        String type = mediaType(attributes.getOrDefault(CloudEvents.CONTENT_TYPE, "application/json"));
        boolean json = type.equals("application/json") || type.endsWith("+json");
        return data.isString() && !json
                ? data.asString().getBytes(StandardCharsets.UTF_8)
                : JSON.writeValueAsBytes(data);
    }

    private static String mediaType(String contentType) {
        int end = contentType.indexOf(';');
        return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }
}
