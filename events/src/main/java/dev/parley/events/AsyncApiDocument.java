package dev.parley.events;

import com.google.protobuf.Descriptors.Descriptor;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the AsyncAPI document: a channel for each topic, a message for each type, an operation for each that is sent, and for each that a
 * group receives.
 */
final class AsyncApiDocument {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final ObjectNode document = JSON.createObjectNode();
    private final ObjectNode channels;
    private final ObjectNode operations;

    private AsyncApiDocument(String title, String version) {
        document.put("asyncapi", "3.0.0");
        document.putObject("info").put("title", title).put("version", version);
        document.put("defaultContentType", "application/json");
        this.channels = document.putObject("channels");
        this.operations = document.putObject("operations");
    }

    static String write(
            EventCatalog catalog, String title, String version, Set<String> sent, Map<String, Set<String>> received) {
        AsyncApiDocument made = new AsyncApiDocument(title, version);
        ObjectNode messages = JSON.createObjectNode();
        EventSchemas schemas = new EventSchemas(catalog.mapper());
        for (EventType<?> type : catalog.types()) {
            boolean isSent = sent.contains(type.name());
            Set<String> groups = received.getOrDefault(type.name(), Set.of());
            if (!isSent && groups.isEmpty()) {
                continue; // a channel without an operation says nothing
            }
            messages.set(type.name(), message(type, schemas));
            made.channel(type);
            if (isSent) {
                made.operation("send", "send-" + type.topic(), type);
            }
            groups.forEach(group -> made.operation("receive", "receive-" + type.topic() + "-" + group, type));
        }
        ObjectNode components = made.document.putObject("components");
        components.set("messages", messages);
        components.set("schemas", schemas.components());
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(made.document);
    }

    private void channel(EventType<?> type) {
        ObjectNode channel = channels.withObject("/" + pointer(type.topic()));
        channel.put("address", type.topic());
        ObjectNode messages =
                channel.has("messages") ? (ObjectNode) channel.get("messages") : channel.putObject("messages");
        messages.putObject(type.name()).put("$ref", "#/components/messages/" + pointer(type.name()));
    }

    private void operation(String action, String name, EventType<?> type) {
        ObjectNode operation = operations.has(name) ? (ObjectNode) operations.get(name) : operations.putObject(name);
        operation.put("action", action);
        String channel = "#/channels/" + pointer(type.topic());
        operation.withObject("/channel").put("$ref", channel);
        ArrayNode messages =
                operation.has("messages") ? (ArrayNode) operation.get("messages") : operation.putArray("messages");
        messages.addObject().put("$ref", channel + "/messages/" + pointer(type.name()));
    }

    private static ObjectNode message(EventType<?> type, EventSchemas schemas) {
        ObjectNode message = JSON.createObjectNode();
        message.put("name", type.name());
        message.put("title", type.eventClass().getSimpleName());
        message.put("contentType", type.contentType());
        ObjectNode headers = message.putObject("headers");
        headers.put("type", "object");
        headers.put(
                "description",
                "attributes of the CloudEvent; how they are named on the wire is the binding's business");
        ObjectNode properties = headers.putObject("properties");
        properties.putObject("specversion").put("const", "1.0");
        properties.putObject("id").put("type", "string");
        properties.putObject("source").put("type", "string");
        properties.putObject("type").put("const", type.name());
        properties.putObject("dataschema").put("const", "urn:parley:schema:" + type.name() + ":" + type.version());
        properties.putObject("time").put("type", "string").put("format", "date-time");
        properties.putObject("partitionkey").put("type", "string");
        properties.putObject("correlationid").put("type", "string");
        headers.putArray("required").add("specversion").add("id").add("source").add("type");
        message.putObject("correlationId").put("location", "$message.header#/correlationid");
        payload(message, type, schemas);
        return message;
    }

    private static void payload(ObjectNode message, EventType<?> type, EventSchemas schemas) {
        if (type.protobuf().isEmpty()) {
            message.set("payload", schemas.of(type.eventClass()));
            return;
        }
        Descriptor descriptor = type.protobuf().get().descriptor();
        ObjectNode payload = message.putObject("payload");
        payload.put("schemaFormat", ProtobufSchema.format(descriptor));
        payload.put("schema", ProtobufSchema.source(descriptor));
    }

    /** A name as a part of a JSON pointer: names of topics and types need escapes only for {@code ~} and {@code /}. */
    private static String pointer(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
