package dev.parley.rpc;

import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.parley.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way to call a method by REST.
 *
 * @param route the method
 * @param rule how it is asked for
 */
record RestBinding(Route<?, ?> route, RestRule rule) {

    /**
     * The bindings of a method, none if it is not annotated.
     *
     * @throws IllegalArgumentException if the annotation is wrong
     */
    static List<RestBinding> of(Route<?, ?> route) {
        return bound(route, RestRule.of(route.method().descriptor()));
    }

    /** The bindings that {@code rule} has for a method. */
    static List<RestBinding> of(Route<?, ?> route, HttpRule rule) {
        return bound(route, RestRule.of(route.method().descriptor(), rule));
    }

    private static List<RestBinding> bound(Route<?, ?> route, List<RestRule> rules) {
        return rules.stream().map(rule -> new RestBinding(route, rule)).toList();
    }

    String httpMethod() {
        return rule.httpMethod();
    }

    PathTemplate template() {
        return rule.template();
    }

    List<FieldPath> variables() {
        return rule.variables();
    }

    boolean wholeBody() {
        return rule.wholeBody();
    }

    @Nullable
    FieldDescriptor body() {
        return rule.body();
    }

    @Nullable
    FieldDescriptor responseBody() {
        return rule.responseBody();
    }

    /** What the answer's body is: the response, or the field that {@code response_body} names. */
    boolean answersHttpBody() {
        FieldDescriptor part = responseBody();
        return part == null ? HttpBodies.is(route.method().descriptor().getOutputType()) : HttpBodies.is(part);
    }

    /** Whether the request's body is taken as it is, whatever its type. */
    boolean takesHttpBody() {
        FieldDescriptor part = body();
        return part == null
                ? wholeBody() && HttpBodies.is(route.method().descriptor().getInputType())
                : HttpBodies.is(part);
    }

    boolean hasBody() {
        return wholeBody() || body() != null;
    }

    Method.Kind kind() {
        return route.method().kind();
    }

    @Override
    public String toString() {
        return httpMethod() + ' ' + template() + " of " + route;
    }
}
