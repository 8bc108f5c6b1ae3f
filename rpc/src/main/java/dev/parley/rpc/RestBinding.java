package dev.parley.rpc;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.parley.Method;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way to call a unary method by REST: a line of {@code google.api.http}.
 *
 * @param route the method
 * @param httpMethod such as {@code GET}
 * @param template the path
 * @param variables the fields of the template's variables, in their order
 * @param wholeBody whether the body is the request message ({@code body: "*"})
 * @param body the field that is the body; null if there is none
 * @param responseBody the field of the response that is the answer's body; null for all of it
 */
record RestBinding(
        Route<?, ?> route,
        String httpMethod,
        PathTemplate template,
        List<FieldPath> variables,
        boolean wholeBody,
        @Nullable FieldDescriptor body,
        @Nullable FieldDescriptor responseBody) {

    private static final System.Logger LOG = System.getLogger(RpcHandler.class.getName());

    /**
     * The bindings of a method, none if it is not annotated.
     *
     * @throws IllegalArgumentException if the annotation is wrong
     */
    static List<RestBinding> of(Route<?, ?> route) {
        RpcMethod<?, ?> method = route.method();
        if (!method.descriptor().getOptions().hasExtension(AnnotationsProto.http)) {
            return List.of();
        }
        if (method.kind() != Method.Kind.UNARY) {
            LOG.log(System.Logger.Level.WARNING, "{0} is not served by REST: it streams", method);
            return List.of();
        }
        HttpRule rule = method.descriptor().getOptions().getExtension(AnnotationsProto.http);
        List<RestBinding> bindings = new ArrayList<>();
        try {
            bindings.add(of(route, rule));
            for (HttpRule more : rule.getAdditionalBindingsList()) {
                bindings.add(of(route, more));
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("google.api.http of " + method + ": " + e.getMessage(), e);
        }
        return bindings;
    }

    private static RestBinding of(Route<?, ?> route, HttpRule rule) {
        Descriptor request = route.method().descriptor().getInputType();
        PathTemplate template = PathTemplate.parse(path(rule));
        List<FieldPath> variables = new ArrayList<>();
        for (PathTemplate.Variable variable : template.variables()) {
            FieldPath field = FieldPath.resolve(request, variable.field())
                    .filter(found -> found.takesText() && !found.last().isRepeated())
                    .orElseThrow(() -> new IllegalArgumentException("variable " + variable.field()
                            + " is no single-valued field of " + request.getFullName() + " that takes text"));
            variables.add(field);
        }
        boolean wholeBody = rule.getBody().equals("*");
        return new RestBinding(
                route,
                httpMethod(rule),
                template,
                List.copyOf(variables),
                wholeBody,
                wholeBody ? null : field(request, rule.getBody(), "body"),
                field(route.method().descriptor().getOutputType(), rule.getResponseBody(), "response_body"));
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name, String option) {
        if (name.isEmpty()) {
            return null;
        }
        return FieldPath.find(type, name)
                .orElseThrow(() -> new IllegalArgumentException(
                        option + ": \"" + name + "\" is no field of " + type.getFullName()));
    }

    private static String path(HttpRule rule) {
        return switch (rule.getPatternCase()) {
            case GET -> rule.getGet();
            case PUT -> rule.getPut();
            case POST -> rule.getPost();
            case DELETE -> rule.getDelete();
            case PATCH -> rule.getPatch();
            case CUSTOM -> rule.getCustom().getPath();
            case PATTERN_NOT_SET -> throw new IllegalArgumentException("it has no path");
        };
    }

    private static String httpMethod(HttpRule rule) {
        return rule.getPatternCase() == HttpRule.PatternCase.CUSTOM
                ? rule.getCustom().getKind()
                : rule.getPatternCase().name();
    }

    @Override
    public String toString() {
        return httpMethod + " for " + route;
    }
}
