package dev.parley.rest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * One operation of a document, whatever serves it. Immutable but for the schemas, which are not copied.
 *
 * @param method such as {@code GET}; one that OpenAPI knows
 * @param path with parameters in braces, such as {@code /users/{id}}
 * @param id unique in the document
 * @param summary a few words; may be empty
 * @param description more, in CommonMark; may be empty
 * @param tags its groups
 * @param deprecated whether it should not be used any more
 * @param parameters of path, query and headers
 * @param requestBody its content by media type; empty if it has no body
 * @param responses by status, such as {@code 200}, {@code 4XX} or {@code default}; at least one
 * @see <a href="https://spec.openapis.org/oas/v3.1.1#operation-object">OpenAPI 3.1, operation object</a>
 */
public record OpenApiOperation(
        String method,
        String path,
        String id,
        String summary,
        String description,
        List<String> tags,
        boolean deprecated,
        List<Parameter> parameters,
        Map<String, ObjectNode> requestBody,
        Map<String, Response> responses) {

    /** Checks that there is a response, and that the path begins with a slash. */
    public OpenApiOperation {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path must start with /, but is '" + path + "'");
        }
        if (responses.isEmpty()) {
            throw new IllegalArgumentException("operation " + method + ' ' + path + " needs a response");
        }
    }

    /**
     * A parameter.
     *
     * @param in {@code path}, {@code query}, {@code header} or {@code cookie}
     * @param name its name
     * @param required whether it must be there; always true in a path
     * @param description may be empty
     * @param schema of its value
     */
    public record Parameter(String in, String name, boolean required, String description, ObjectNode schema) {}

    /**
     * A response.
     *
     * @param description must not be empty
     * @param content by media type: the value's schema, or empty if nothing is known of it
     */
    public record Response(String description, Map<String, Optional<ObjectNode>> content) {}
}
