package dev.parley.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.parley.http.ServerSentEvents;
import dev.parley.rest.OpenApiOperation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the bodies of a binding's requests and answers hold, by media type. */
final class ContractContent {

    /** A body of any type has no schema that says more (OpenAPI 3.1, 4.8.14.2). */
    private static final String ANY_TYPE = "*/*";

    private ContractContent() {}

    static Map<String, ObjectNode> request(RestBinding binding, ProtoSchemas schemas) {
        if (!binding.hasBody()) {
            return Map.of();
        }
        if (binding.takesHttpBody()) {
            return Map.of(ANY_TYPE, JsonNodeFactory.instance.objectNode());
        }
        FieldDescriptor body = binding.body();
        ObjectNode schema = body == null
                ? schemas.message(binding.route().method().descriptor().getInputType())
                : schemas.field(body);
        if (!binding.kind().clientStreams()) {
            return Map.of(RestBody.JSON, schema);
        }
        Map<String, ObjectNode> content = new LinkedHashMap<>();
        content.put(RestBody.NDJSON, schema);
        content.put(RestBody.JSON, array(schema));
        return content;
    }

    static Map<String, OpenApiOperation.Response> responses(RestBinding binding, ProtoSchemas schemas) {
        Descriptor type = binding.route().method().descriptor().getOutputType();
        Map<String, OpenApiOperation.Response> responses = new LinkedHashMap<>();
        responses.put("2XX", new OpenApiOperation.Response(type.getFullName(), response(binding, type, schemas)));
        responses.put(
                "default",
                new OpenApiOperation.Response("Problem details", Map.of(Problem.CONTENT_TYPE, Optional.of(problem()))));
        return responses;
    }

    private static Map<String, Optional<ObjectNode>> response(
            RestBinding binding, Descriptor type, ProtoSchemas schemas) {
        if (binding.answersHttpBody()) {
            return Map.of(ANY_TYPE, Optional.empty());
        }
        FieldDescriptor part = binding.responseBody();
        ObjectNode schema = part == null ? schemas.message(type) : schemas.field(part);
        if (!binding.kind().serverStreams()) {
            return Map.of(RestBody.JSON, Optional.of(schema));
        }
        // The last line of a stream that fails is an object of one member, error, which is a problem.
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        var either = line.putArray("anyOf").add(schema);
        ObjectNode failed = either.addObject().put("type", "object");
        failed.putObject("properties").set("error", problem());
        failed.putArray("required").add("error");
        Map<String, Optional<ObjectNode>> content = new LinkedHashMap<>();
        content.put(RestBody.NDJSON, Optional.of(line));
        content.put(RestBody.JSON, Optional.of(array(schema)));
        content.put(ServerSentEvents.CONTENT_TYPE, Optional.empty());
        return content;
    }

    private static ObjectNode array(ObjectNode items) {
        ObjectNode array = JsonNodeFactory.instance.objectNode().put("type", "array");
        array.set("items", items);
        return array;
    }

    /** The members of a problem, as {@link Problem} writes them. */
    private static ObjectNode problem() {
        ObjectNode problem = JsonNodeFactory.instance.objectNode().put("type", "object");
        ObjectNode properties = problem.putObject("properties");
        for (String name : List.of("type", "title", "detail", "code")) {
            properties.putObject(name).put("type", "string");
        }
        properties.putObject("status").put("type", "integer");
        ObjectNode details = properties.putObject("details").put("type", "array");
        details.putObject("items").put("type", "object");
        return problem;
    }
}
