package dev.parley.chain;

import dev.parley.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which methods something is for: {@code *} all, {@code shop.order.v1.OrderService/*} those of a service, {@code
 * shop.order.v1.OrderService/CreateOrder} one. Immutable.
 */
public final class MethodFilter {

    /** Every method. */
    public static final MethodFilter ALL = new MethodFilter(Set.of("*"));

    private final Set<String> patterns;

    private MethodFilter(Set<String> patterns) {
        this.patterns = patterns;
    }

    /**
     * What any of {@code patterns} fits.
     *
     * @throws IllegalArgumentException if there is none, or one is of none of the three forms
     */
    public static MethodFilter of(String... patterns) {
        if (patterns.length == 0) {
            throw new IllegalArgumentException("a method filter needs a pattern: *, service/* or service/Method");
        }
        for (String pattern : patterns) {
            check(pattern);
        }
        return new MethodFilter(new TreeSet<>(List.of(patterns)));
    }

    private static void check(String pattern) {
        if (pattern.equals("*")) {
            return;
        }
        int slash = pattern.indexOf('/');
        String service = slash < 0 ? "" : pattern.substring(0, slash);
        String method = pattern.substring(slash + 1);
        boolean wildcardInside = service.contains("*") || (method.contains("*") && !method.equals("*"));
        if (service.isEmpty() || method.isEmpty() || wildcardInside) {
            throw new IllegalArgumentException(
                    "method filter '" + pattern + "' is none of *, service/* and service/Method");
        }
    }

    /** Whether {@code method} is one of them. */
    public boolean matches(Method method) {
        return patterns.contains("*")
                || patterns.contains(method.fullName())
                || patterns.contains(method.service() + "/*");
    }

    String[] patterns() {
        return patterns.toArray(String[]::new);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MethodFilter filter && filter.patterns.equals(patterns);
    }

    @Override
    public int hashCode() {
        return patterns.hashCode();
    }

    @Override
    public String toString() {
        return String.join(" ", patterns);
    }
}
