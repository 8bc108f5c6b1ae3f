package dev.parley.rest;

import dev.parley.http.HttpResponse;
import dev.parley.http.ServerSentEvent;
import dev.parley.http.ServerSentEvents;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Describes routes as operations of an OpenAPI document. */
final class RouteDescriptions {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final OpenApiDocument document;
    private final ObjectNode problem;

    RouteDescriptions(OpenApiDocument document) {
        this.document = document;
        this.problem = document.schema("ProblemDetails", problemSchema());
    }

    private static ObjectNode problemSchema() {
        ObjectNode schema = NODES.objectNode().put("type", "object").put("description", "RFC 9457");
        ObjectNode properties = schema.putObject("properties");
        text(properties, "type", "the kind of problem")
                .put("format", "uri-reference")
                .put("default", "about:blank");
        text(properties, "title", "the kind in a few words");
        properties.putObject("status").put("type", "integer");
        text(properties, "detail", "this occurrence, for people");
        text(properties, "instance", "a name of this occurrence").put("format", "uri-reference");
        ObjectNode error = properties
                .putObject("errors")
                .put("type", "array")
                .putObject("items")
                .put("type", "object");
        ObjectNode parts = error.putObject("properties");
        text(parts, "in", "path, query, header or body");
        text(parts, "field", "the parameter's name, or a JSON pointer into the body");
        text(parts, "detail", "what is wrong with it");
        schema.put("additionalProperties", true);
        return schema;
    }

    private static ObjectNode text(ObjectNode properties, String name, String description) {
        return properties.putObject(name).put("type", "string").put("description", description);
    }

    void describe(Routes.Bound bound) {
        Route route = bound.route();
        Route.Builder described = route.described();
        if (described.hidden) {
            return;
        }
        document.operation(new OpenApiOperation(
                route.method(),
                bound.template().openApi(),
                described.operationId.isEmpty() ? id(bound) : described.operationId,
                described.summary,
                described.description,
                List.copyOf(described.tags),
                described.deprecated,
                parameters(bound),
                route.bodyType().map(this::body).orElse(Map.of()),
                responses(route)));
    }

    /** {@code getUsersById} for {@code GET /users/{id}}. */
    private String id(Routes.Bound bound) {
        StringBuilder id = new StringBuilder(bound.route().method().toLowerCase(Locale.ROOT));
        for (PathTemplate.Segment segment : bound.template().segments()) {
            switch (segment) {
                case PathTemplate.Segment.Literal literal -> capitalized(id, literal.value());
                case PathTemplate.Segment.One one -> capitalized(id.append("By"), one.name());
                case PathTemplate.Segment.Rest rest -> capitalized(id.append("By"), rest.name());
            }
        }
        String made = id.toString();
        for (int i = 2; document.hasId(made); i++) {
            made = id.toString() + i;
        }
        return made;
    }

    private static void capitalized(StringBuilder id, String words) {
        for (String word : words.split("[^A-Za-z0-9]+", -1)) {
            if (!word.isEmpty()) {
                id.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
            }
        }
    }

    private List<OpenApiOperation.Parameter> parameters(Routes.Bound bound) {
        List<OpenApiOperation.Parameter> parameters = new ArrayList<>();
        List<Parameter<?>> declared = bound.route().described().parameters;
        for (String name : bound.template().names()) {
            boolean known = declared.stream()
                    .anyMatch(one -> one.in() == Parameter.In.PATH && one.name().equals(name));
            if (!known) {
                ObjectNode anyText = NODES.objectNode().put("type", "string");
                parameters.add(new OpenApiOperation.Parameter("path", name, true, "", anyText));
            }
        }
        for (Parameter<?> parameter : declared) {
            ObjectNode schema = document.schema(parameter.type());
            if (parameter.isRepeated()) {
                ObjectNode item = schema;
                schema = NODES.objectNode().put("type", "array");
                schema.set("items", item);
            }
            Object otherwise = parameter.otherwise();
            if (otherwise != null) {
                schema.putPOJO("default", otherwise);
            }
            parameters.add(new OpenApiOperation.Parameter(
                    parameter.in().word(), parameter.name(), parameter.isRequired(), parameter.about(), schema));
        }
        return parameters;
    }

    private Map<String, ObjectNode> body(Type type) {
        if (type == byte[].class) {
            return Map.of("*/*", NODES.objectNode());
        }
        if (type == String.class) {
            return Map.of("text/plain", NODES.objectNode().put("type", "string"));
        }
        return Map.of(MediaType.JSON, document.schema(type));
    }

    private Map<String, OpenApiOperation.Response> responses(Route route) {
        Route.Builder described = route.described();
        Map<String, OpenApiOperation.Response> responses = new TreeMap<>();
        for (Result result : described.results.values()) {
            responses.put(
                    Integer.toString(result.status()),
                    new OpenApiOperation.Response(HttpResponse.reason(result.status()), content(described, result)));
        }
        if (described.results.isEmpty()) {
            Map<String, Optional<ObjectNode>> content = new LinkedHashMap<>();
            described.produces.forEach(type -> content.put(type, Optional.empty()));
            responses.put("200", new OpenApiOperation.Response(HttpResponse.reason(200), content));
        }
        if (route.bodyType().isPresent()) {
            problem(responses, 400, "The request does not fit");
            problem(responses, 413, "The body is too large");
            problem(responses, 415, "The body is of another content type");
        } else if (!described.parameters.isEmpty()) {
            problem(responses, 400, "The request does not fit");
        }
        described.problems.forEach((status, when) -> problem(responses, status, when));
        responses.put("default", new OpenApiOperation.Response("Any other problem", problemContent()));
        return responses;
    }

    private Map<String, Optional<ObjectNode>> content(Route.Builder described, Result result) {
        Type type = result.type();
        Map<String, Optional<ObjectNode>> content = new LinkedHashMap<>();
        if (type == null) {
            return content;
        }
        if (type == String.class || type == byte[].class) {
            ObjectNode schema = NODES.objectNode();
            if (type == String.class) {
                schema.put("type", "string");
            }
            described.produces.forEach(produced -> content.put(produced, Optional.of(schema)));
            return content;
        }
        if (!result.stream()) {
            content.put(MediaType.JSON, Optional.of(document.schema(type)));
            return content;
        }
        if (type == ServerSentEvent.class) {
            content.put(ServerSentEvents.CONTENT_TYPE, Optional.empty()); // frames of text, of which no schema tells
            return content;
        }
        content.put(MediaType.NDJSON, Optional.of(document.schema(type)));
        ObjectNode all = NODES.objectNode().put("type", "array");
        all.set("items", document.schema(type));
        content.put(MediaType.JSON, Optional.of(all));
        content.put(ServerSentEvents.CONTENT_TYPE, Optional.empty());
        return content;
    }

    private void problem(Map<String, OpenApiOperation.Response> responses, int status, String when) {
        responses.put(Integer.toString(status), new OpenApiOperation.Response(when, problemContent()));
    }

    private Map<String, Optional<ObjectNode>> problemContent() {
        return Map.of(MediaType.PROBLEM, Optional.of(problem));
    }
}
