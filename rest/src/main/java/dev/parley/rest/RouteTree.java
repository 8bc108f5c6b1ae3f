package dev.parley.rest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the endpoint of a method and a path: a tree of segments, in which a literal goes before {@code {one}} and that
 * before {@code {rest...}}, for each method by itself. Filled at start-up, then only read. A look-up visits a node once
 * at most.
 *
 * @param <E> what is found
 */
final class RouteTree<E> {

    /** In place of a method: every one that has no endpoint of its own there. */
    static final String ANY_METHOD = "*";

    private final Node<E> root = new Node<>();

    /** An endpoint and the template under which it was added. */
    record Found<E>(PathTemplate template, E endpoint) {}

    private static final class Node<E> {
        private final Map<String, Node<E>> literals = new HashMap<>();
        private @Nullable Node<E> one;
        private @Nullable Node<E> rest;
        private final Map<String, Found<E>> byMethod = new TreeMap<>();

        Node<E> next(PathTemplate.Segment segment) {
            return switch (segment) {
                case PathTemplate.Segment.Literal literal ->
                    literals.computeIfAbsent(literal.value(), value -> new Node<>());
                case PathTemplate.Segment.One parameter -> {
                    one = Objects.requireNonNullElseGet(one, Node::new);
                    yield one;
                }
                case PathTemplate.Segment.Rest parameter -> {
                    rest = Objects.requireNonNullElseGet(rest, Node::new);
                    yield rest;
                }
            };
        }
    }

    /**
     * Adds an endpoint.
     *
     * @throws IllegalArgumentException if another one answers the same method on the same paths; it names both
     */
    void add(String method, PathTemplate template, E endpoint) {
        Node<E> node = root;
        for (PathTemplate.Segment segment : template.segments()) {
            node = node.next(segment);
        }
        Found<E> other = node.byMethod.putIfAbsent(method, new Found<>(template, endpoint));
        if (other != null) {
            throw new IllegalArgumentException("routes conflict: " + method + ' ' + other.template() + " and " + method
                    + ' ' + template + " answer the same paths");
        }
    }

    /**
     * What answers {@code method}, which for HEAD may be GET's; null if nothing does.
     *
     * @param allowed gets the methods of the path
     */
    @Nullable
    Found<E> find(String method, List<String> path, Set<String> allowed) {
        return find(root, method, path, 0, allowed);
    }

    /** All methods that any path has. */
    Set<String> methods() {
        Set<String> methods = new TreeSet<>();
        collect(root, methods);
        return methods;
    }

    private static <E> void collect(Node<E> node, Set<String> methods) {
        methods.addAll(node.byMethod.keySet());
        node.literals.values().forEach(next -> collect(next, methods));
        if (node.one != null) {
            collect(node.one, methods);
        }
        if (node.rest != null) {
            collect(node.rest, methods);
        }
    }

    private static <E> @Nullable Found<E> find(
            Node<E> node, String method, List<String> path, int at, Set<String> allowed) {
        if (at == path.size()) {
            return answering(node, method, allowed);
        }
        String segment = path.get(at);
        Node<E> literal = node.literals.get(segment);
        Found<E> found = literal == null ? null : find(literal, method, path, at + 1, allowed);
        if (found == null && node.one != null && !segment.isEmpty()) {
            found = find(node.one, method, path, at + 1, allowed);
        }
        if (found == null && node.rest != null) {
            found = answering(node.rest, method, allowed);
        }
        return found;
    }

    private static <E> @Nullable Found<E> answering(Node<E> node, String method, Set<String> allowed) {
        Found<E> found = node.byMethod.get(method);
        if (found == null && method.equals("HEAD")) {
            found = node.byMethod.get("GET");
        }
        if (found == null) {
            found = node.byMethod.get(ANY_METHOD);
        }
        if (found == null) {
            allowed.addAll(node.byMethod.keySet());
        }
        return found;
    }
}
