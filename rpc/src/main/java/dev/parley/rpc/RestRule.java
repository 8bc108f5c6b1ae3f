package dev.parley.rpc;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code google.api.http}, checked against its method: what a server binds and a client asks by.
 *
 * @param httpMethod such as {@code GET}, or {@link #ANY_METHOD}
 * @param template the path
 * @param variables the fields of the template's variables, in their order
 * @param wholeBody whether the body is the request message ({@code body: "*"})
 * @param body the field that is the body; null if there is none
 * @param responseBody the field of the response that is the answer's body; null for all of it
 */
record RestRule(
        String httpMethod,
        PathTemplate template,
        List<FieldPath> variables,
        boolean wholeBody,
        @Nullable FieldDescriptor body,
        @Nullable FieldDescriptor responseBody) {

    /** The kind of a custom rule that leaves the method open. */
    static final String ANY_METHOD = "*";

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"; // RFC 9110, 5.6.2

    /**
     * The rules of a method, its first one first; none if it is not annotated.
     *
     * @throws IllegalArgumentException if the annotation is wrong
     */
    static List<RestRule> of(MethodDescriptor method) {
        return method.getOptions().hasExtension(AnnotationsProto.http)
                ? of(method, method.getOptions().getExtension(AnnotationsProto.http))
                : List.of();
    }

    /** The rules that {@code rule} has for a method. */
    static List<RestRule> of(MethodDescriptor method, HttpRule rule) {
        List<RestRule> rules = new ArrayList<>();
        try {
            rules.add(one(method, rule));
            for (HttpRule more : rule.getAdditionalBindingsList()) {
                if (more.getAdditionalBindingsCount() > 0) {
                    throw new IllegalArgumentException(
                            "an additional binding must not have additional bindings itself");
                }
                rules.add(one(method, more));
            }
        } catch (IllegalArgumentException e) {
            String name = method.getService().getFullName() + '/' + method.getName();
            throw new IllegalArgumentException("google.api.http of " + name + ": " + e.getMessage(), e);
        }
        return rules;
    }

    private static RestRule one(MethodDescriptor method, HttpRule rule) {
        Descriptor request = method.getInputType();
        PathTemplate template = PathTemplate.parse(path(rule));
        boolean wholeBody = rule.getBody().equals("*");
        FieldDescriptor body = wholeBody ? null : field(request, rule.getBody(), "body");
        return new RestRule(
                httpMethod(rule),
                template,
                variables(template, request, body),
                wholeBody,
                body,
                field(method.getOutputType(), rule.getResponseBody(), "response_body"));
    }

    private static List<FieldPath> variables(
            PathTemplate template, Descriptor request, @Nullable FieldDescriptor body) {
        List<FieldPath> variables = new ArrayList<>();
        for (PathTemplate.Variable variable : template.variables()) {
            FieldPath field = FieldPath.resolve(request, variable.field())
                    .filter(found -> found.takesText() && !found.last().isRepeated())
                    .orElseThrow(() -> new IllegalArgumentException("variable " + variable.field() + " of " + template
                            + " is no single-valued field of " + request.getFullName() + " that takes text"));
            for (FieldPath other : variables) {
                if (field.overlaps(other)) {
                    throw new IllegalArgumentException(
                            "variables " + other + " and " + field + " of " + template + " are one field");
                }
            }
            if (body != null && field.fields().size() == 1 && field.last() == body) {
                throw new IllegalArgumentException(
                        "field " + field + " is both a variable of " + template + " and the body");
            }
            variables.add(field);
        }
        return List.copyOf(variables);
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name, String option) {
        if (name.isEmpty()) {
            return null;
        }
        return FieldPath.find(type, name)
                .orElseThrow(() -> new IllegalArgumentException(option + ": \"" + name + "\" is no field of "
                        + type.getFullName() + (name.contains(".") ? "; it must be one of its own fields" : "")));
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
        if (rule.getPatternCase() != HttpRule.PatternCase.CUSTOM) {
            return rule.getPatternCase().name();
        }
        String kind = rule.getCustom().getKind();
        if (!kind.matches(TOKEN)) {
            throw new IllegalArgumentException(
                    "the kind of a custom rule must be an HTTP method, or * for any, but is \"" + kind + '"');
        }
        return kind;
    }
}
