package dev.parley.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.parley.rest.OpenApiDocument;
import dev.parley.rest.OpenApiOperation;
import dev.parley.rest.OpenApiSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The methods that contracts bind to REST ({@code google.api.http}), as operations of an OpenAPI document. */
final class ContractOpenApi implements OpenApiSource {

    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";
    private static final int MOST_DEPTH = 4;

    private final List<RestBinding> bindings;

    ContractOpenApi(List<RestBinding> bindings) {
        this.bindings = bindings;
    }

    @Override
    public void describe(OpenApiDocument document) {
        ProtoSchemas schemas = new ProtoSchemas(document);
        for (RestBinding binding : bindings) {
            document.operation(operation(binding, document, schemas));
        }
    }

    private static OpenApiOperation operation(RestBinding binding, OpenApiDocument document, ProtoSchemas schemas) {
        var method = binding.route().method().descriptor();
        List<OpenApiOperation.Parameter> parameters = new ArrayList<>();
        String path = path(binding.template(), parameters);
        if (!binding.wholeBody()) {
            Set<String> taken = new TreeSet<>();
            binding.template().variables().forEach(variable -> taken.add(variable.field()));
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
                binding.httpMethod(),
                path,
                id,
                method.getName(),
                "",
                List.of(method.getService().getFullName()),
                method.getOptions().getDeprecated(),
                parameters,
                requestBody(binding, schemas),
                responses(binding, schemas));
    }

    /** A variable of several segments has a parameter for each that is open. */
    private static String path(PathTemplate template, List<OpenApiOperation.Parameter> parameters) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < template.segments().size(); i++) {
            String segment = template.segments().get(i);
            path.append('/');
            if (segment.equals(PathTemplate.ONE) || segment.equals(PathTemplate.REST)) {
                String name = name(template, i);
                path.append('{').append(name).append('}');
                parameters.add(new OpenApiOperation.Parameter(
                        "path",
                        name,
                        true,
                        segment.equals(PathTemplate.REST) ? "All that is left of the path, slashes included" : "",
                        JsonNodeFactory.instance.objectNode().put("type", "string")));
            } else {
                path.append(segment);
            }
        }
        return template.verb().isEmpty()
                ? path.toString()
                : path.append(':').append(template.verb()).toString();
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
            boolean message = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (taken.contains(name) || field.isMapField() || (message && field.isRepeated())) {
                continue;
            }
            if (message && !field.getMessageType().getFullName().startsWith("google.protobuf.")) {
                if (depth > 1) {
                    query(field.getMessageType(), name + '.', taken, parameters, schemas, depth - 1);
                }
            } else {
                parameters.add(new OpenApiOperation.Parameter(
                        "query", name, prefix.isEmpty() && ProtoSchemas.isRequired(field), "", schemas.field(field)));
            }
        }
    }

    private static Map<String, ObjectNode> requestBody(RestBinding binding, ProtoSchemas schemas) {
        FieldDescriptor body = binding.body();
        if (body != null) {
            return Map.of(JSON, schemas.field(body));
        }
        return binding.wholeBody()
                ? Map.of(
                        JSON,
                        schemas.message(binding.route().method().descriptor().getInputType()))
                : Map.of();
    }

    private static Map<String, OpenApiOperation.Response> responses(RestBinding binding, ProtoSchemas schemas) {
        Descriptor type = binding.route().method().descriptor().getOutputType();
        FieldDescriptor part = binding.responseBody();
        Map<String, OpenApiOperation.Response> responses = new LinkedHashMap<>();
        responses.put(
                "2XX",
                new OpenApiOperation.Response(
                        type.getFullName(),
                        Map.of(JSON, Optional.of(part == null ? schemas.message(type) : schemas.field(part)))));
        ObjectNode problem = JsonNodeFactory.instance.objectNode().put("type", "object");
        ObjectNode properties = problem.putObject("properties");
        for (String name : List.of("type", "title", "detail", "code")) {
            properties.putObject(name).put("type", "string");
        }
        properties.putObject("status").put("type", "integer");
        responses.put(
                "default", new OpenApiOperation.Response("Problem details", Map.of(PROBLEM, Optional.of(problem))));
        return responses;
    }
}
