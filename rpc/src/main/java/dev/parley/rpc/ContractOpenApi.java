package dev.parley.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.parley.rest.OpenApiDocument;
import dev.parley.rest.OpenApiOperation;
import dev.parley.rest.OpenApiSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The methods that contracts bind to REST ({@code google.api.http}), as operations of an OpenAPI document. A binding for any
 * method is an operation of each of the five that rules have names for and that its path has none of yet. Custom methods that
 * OpenAPI 3.1 has no word for (PURGE, say) cannot be part of it.
 *
 * <p>To OpenAPI two paths that differ in the names of their parameters only are one: they get the names of the first. Where
 * one has {@code *} and the other {@code **}, only the first operation of a method is part of the document.
 */
final class ContractOpenApi implements OpenApiSource {

    private static final int MOST_DEPTH = 4;
    private static final List<String> NAMED_METHODS = List.of("GET", "PUT", "POST", "DELETE", "PATCH");
    private static final Set<String> OTHER_METHODS = Set.of("OPTIONS", "HEAD", "TRACE");

    private final List<RestBinding> bindings;

    ContractOpenApi(List<RestBinding> bindings) {
        this.bindings = bindings;
    }

    @Override
    public void describe(OpenApiDocument document) {
        ProtoSchemas schemas = new ProtoSchemas(document);
        Map<String, Map<String, OpenApiOperation.Parameter>> paths = new HashMap<>();
        Set<String> taken = new HashSet<>();
        for (RestBinding binding : bindings) {
            String method = binding.httpMethod();
            if (NAMED_METHODS.contains(method) || OTHER_METHODS.contains(method)) {
                if (taken.add(method + ' ' + shape(binding.template()))) {
                    document.operation(operation(binding, method, document, schemas, paths));
                }
            }
        }
        for (RestBinding binding : bindings) {
            if (binding.httpMethod().equals(RestRule.ANY_METHOD)) {
                for (String method : NAMED_METHODS) {
                    if (taken.add(method + ' ' + shape(binding.template()))) {
                        document.operation(operation(binding, method, document, schemas, paths));
                    }
                }
            }
        }
    }

    /** The path with one word for all that is open, {@code *} or {@code **}. */
    private static String shape(PathTemplate template) {
        StringBuilder shape = new StringBuilder();
        for (String segment : template.segments()) {
            shape.append('/').append(isOpen(segment) ? "{}" : segment);
        }
        return shape.append(':').append(template.verb()).toString();
    }

    private static boolean isOpen(String segment) {
        return segment.equals(PathTemplate.ONE) || segment.equals(PathTemplate.REST);
    }

    private static OpenApiOperation operation(
            RestBinding binding,
            String httpMethod,
            OpenApiDocument document,
            ProtoSchemas schemas,
            Map<String, Map<String, OpenApiOperation.Parameter>> paths) {
        var method = binding.route().method().descriptor();
        Map<String, OpenApiOperation.Parameter> inPath =
                paths.computeIfAbsent(shape(binding.template()), shape -> pathParameters(binding, schemas));
        List<OpenApiOperation.Parameter> parameters = new ArrayList<>(inPath.values());
        if (!binding.wholeBody()) {
            Set<String> taken = new HashSet<>();
            binding.variables().forEach(variable -> taken.add(variable.toString()));
            FieldDescriptor body = binding.body();
            if (body != null) {
                taken.add(body.getName());
            }
            query(method.getInputType(), "", taken, parameters, schemas, MOST_DEPTH);
        }
        String id = method.getService().getName() + '_' + method.getName();
        for (int i = 2; document.hasId(id); i++) {
            id = method.getService().getName() + '_' + method.getName() + '_' + i;
        }
        return new OpenApiOperation(
                httpMethod,
                path(binding.template(), List.copyOf(inPath.keySet())),
                id,
                method.getName(),
                "",
                List.of(method.getService().getFullName()),
                method.getOptions().getDeprecated(),
                parameters,
                ContractContent.request(binding, schemas),
                ContractContent.responses(binding, schemas));
    }

    private static String path(PathTemplate template, List<String> names) {
        StringBuilder path = new StringBuilder();
        int open = 0;
        for (String segment : template.segments()) {
            path.append('/');
            if (isOpen(segment)) {
                path.append('{').append(names.get(open++)).append('}');
            } else {
                path.append(segment);
            }
        }
        return template.verb().isEmpty()
                ? path.toString()
                : path.append(':').append(template.verb()).toString();
    }

    /** By name, in their order. A variable of several segments has a parameter for each that is open. */
    private static Map<String, OpenApiOperation.Parameter> pathParameters(RestBinding binding, ProtoSchemas schemas) {
        PathTemplate template = binding.template();
        Map<String, OpenApiOperation.Parameter> parameters = new LinkedHashMap<>();
        for (int i = 0; i < template.segments().size(); i++) {
            String segment = template.segments().get(i);
            if (isOpen(segment)) {
                String name = name(template, i);
                parameters.put(
                        name,
                        new OpenApiOperation.Parameter(
                                "path",
                                name,
                                true,
                                segment.equals(PathTemplate.REST)
                                        ? "All that is left of the path, slashes included"
                                        : "",
                                pathSchema(binding, i, schemas)));
            }
        }
        return parameters;
    }

    private static ObjectNode pathSchema(RestBinding binding, int segment, ProtoSchemas schemas) {
        List<PathTemplate.Variable> variables = binding.template().variables();
        for (int i = 0; i < variables.size(); i++) {
            if (variables.get(i).from() == segment && !variables.get(i).spansSegments()) {
                return schemas.field(binding.variables().get(i).last());
            }
        }
        return JsonNodeFactory.instance.objectNode().put("type", "string");
    }

    private static String name(PathTemplate template, int segment) {
        for (PathTemplate.Variable variable : template.variables()) {
            if (segment >= variable.from() && segment < variable.to()) {
                List<Integer> open = new ArrayList<>();
                for (int i = variable.from(); i < variable.to(); i++) {
                    if (template.segments().get(i).startsWith(PathTemplate.ONE)) {
                        open.add(i);
                    }
                }
                return open.size() == 1 ? variable.field() : variable.field() + '.' + (open.indexOf(segment) + 1);
            }
        }
        return "segment." + segment;
    }

    private static void query(
            Descriptor type,
            String prefix,
            Set<String> taken,
            List<OpenApiOperation.Parameter> parameters,
            ProtoSchemas schemas,
            int depth) {
        for (FieldDescriptor field : type.getFields()) {
            String name = prefix + field.getName();
            if (taken.contains(name)) {
                continue;
            }
            if (new FieldPath(List.of(field)).takesText()) {
                parameters.add(new OpenApiOperation.Parameter(
                        "query", name, prefix.isEmpty() && ProtoSchemas.isRequired(field), "", schemas.field(field)));
            } else if (!field.isRepeated() && depth > 1 && !isWellKnown(field.getMessageType())) {
                query(field.getMessageType(), name + '.', taken, parameters, schemas, depth - 1);
            }
        }
    }

    /** Any, Struct, Value: nobody writes their fields one by one. */
    private static boolean isWellKnown(Descriptor type) {
        return type.getFullName().startsWith("google.protobuf.");
    }
}
