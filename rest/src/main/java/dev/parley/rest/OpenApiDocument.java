package dev.parley.rest;

import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A document in the making, to which {@link OpenApiSource}s add. Used by one thread. */
public final class OpenApiDocument {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Set<String> METHODS =
            Set.of("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE");

    private final JsonSchemas schemas;
    private final Map<String, ObjectNode> named = new TreeMap<>();
    private final Map<String, ObjectNode> paths = new TreeMap<>();
    private final Map<String, String> shapes = new HashMap<>();
    private final Set<String> ids = new HashSet<>();

    OpenApiDocument(Json json) {
        this.schemas = new JsonSchemas(json);
    }

    /**
     * The schema of a Java type as Jackson writes it, to be used in operations; one of an object is a reference. Complete
     * only once the document is.
     */
    public ObjectNode schema(Type type) {
        return schemas.of(type);
    }

    /**
     * Adds a schema (JSON Schema 2020-12) to the components.
     *
     * @param name of letters, digits, '.', '-' and '_'
     * @return a reference to it
     * @throws IllegalArgumentException for another name, or if there is a different schema of this name
     */
    public ObjectNode schema(String name, ObjectNode schema) {
        if (!name.matches("[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException(
                    "a schema's name has letters, digits, '.', '-' and '_' only, but is '" + name + "'");
        }
        ObjectNode other = named.putIfAbsent(name, schema);
        if (other != null && !other.equals(schema)) {
            throw new IllegalArgumentException("there are two schemas named " + name);
        }
        return NODES.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    /** Whether an operation has this id. */
    public boolean hasId(String id) {
        return ids.contains(id);
    }

    /**
     * Adds an operation.
     *
     * @throws IllegalArgumentException if its method and path, or its id, are there already, or OpenAPI has no such method,
     *     or a path differs from another one in the names of its parameters only
     */
    public void operation(OpenApiOperation operation) {
        if (!METHODS.contains(operation.method())) {
            throw new IllegalArgumentException("OpenAPI 3.1 has no method " + operation.method() + ", but " + METHODS);
        }
        if (!ids.add(operation.id())) {
            throw new IllegalArgumentException("there are two operations with the id " + operation.id());
        }
        String shape = operation.path().replaceAll("\\{[^}]*}", "{}");
        String same = shapes.putIfAbsent(shape, operation.path());
        if (same != null && !same.equals(operation.path())) {
            throw new IllegalArgumentException("to OpenAPI " + same + " and " + operation.path()
                    + " are one path: its parameters need the same names");
        }
        ObjectNode path = paths.computeIfAbsent(operation.path(), name -> NODES.objectNode());
        String method = operation.method().toLowerCase(Locale.ROOT);
        if (path.has(method)) {
            throw new IllegalArgumentException(
                    "the document has " + operation.method() + ' ' + operation.path() + " twice");
        }
        path.set(method, written(operation));
    }

    private static ObjectNode written(OpenApiOperation operation) {
        ObjectNode node = NODES.objectNode().put("operationId", operation.id());
        putText(node, "summary", operation.summary());
        putText(node, "description", operation.description());
        if (!operation.tags().isEmpty()) {
            ArrayNode tags = node.putArray("tags");
            operation.tags().forEach(tags::add);
        }
        if (operation.deprecated()) {
            node.put("deprecated", true);
        }
        if (!operation.parameters().isEmpty()) {
            ArrayNode parameters = node.putArray("parameters");
            for (OpenApiOperation.Parameter parameter : operation.parameters()) {
                ObjectNode described = parameters.addObject();
                described.put("name", parameter.name()).put("in", parameter.in());
                putText(described, "description", parameter.description());
                described.put("required", parameter.required()).set("schema", parameter.schema());
            }
        }
        if (!operation.requestBody().isEmpty()) {
            ObjectNode content =
                    node.putObject("requestBody").put("required", true).putObject("content");
            operation
                    .requestBody()
                    .forEach((type, schema) -> content.putObject(type).set("schema", schema));
        }
        ObjectNode responses = node.putObject("responses");
        operation.responses().forEach((status, response) -> {
            ObjectNode described = responses.putObject(status).put("description", response.description());
            if (!response.content().isEmpty()) {
                ObjectNode content = described.putObject("content");
                response.content().forEach((type, schema) -> {
                    ObjectNode media = content.putObject(type);
                    schema.ifPresent(known -> media.set("schema", known));
                });
            }
        });
        return node;
    }

    static void putText(ObjectNode node, String name, String text) {
        if (!text.isEmpty()) {
            node.put(name, text);
        }
    }

    /** Writes paths and components behind what {@code document} has. */
    void writeTo(ObjectNode document) {
        ObjectNode written = document.putObject("paths");
        paths.forEach(written::set);
        ObjectNode components = schemas.components();
        named.forEach((name, schema) -> {
            if (components.has(name)) {
                throw new IllegalArgumentException("there are two schemas named " + name);
            }
            components.set(name, schema);
        });
        document.putObject("components").set("schemas", components);
    }
}
