package dev.parley.rpc;

import dev.parley.http.PercentEncoding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the binding of a method and a path: a tree of segments, in which a literal goes before {@code *} and that before
 * {@code **}, and what leads to no binding of the method is gone back on. A verb goes before the same word as the end of a
 * value. At one place the method itself goes before GET for HEAD, and that before a binding for any method. Each node is
 * looked at once at most, so a search costs no more than the tree is large. Filled at start-up, then only read.
 */
final class RestRouter {

    private final Node root = new Node();
    private final List<RestBinding> all = new ArrayList<>();

    /** What was found: a binding with the path it fits, or the methods that the path has. */
    record Match(@Nullable RestBinding binding, RestPath path, Set<String> allowed) {}

    private static final class Node {
        private final Map<String, Node> literals = new HashMap<>();
        private @Nullable Node one;
        private @Nullable Node rest;
        // by verb (empty for none), then by HTTP method
        private final Map<String, Map<String, RestBinding>> bindings = new HashMap<>();

        Node next(String segment) {
            Node next = switch (segment) {
                case PathTemplate.ONE -> Objects.requireNonNullElseGet(one, Node::new);
                case PathTemplate.REST -> Objects.requireNonNullElseGet(rest, Node::new);
                default ->
                    literals.computeIfAbsent(
                            PercentEncoding.decode(segment, false).orElse(segment), name -> new Node());
            };
            if (segment.equals(PathTemplate.ONE)) {
                one = next;
            } else if (segment.equals(PathTemplate.REST)) {
                rest = next;
            }
            return next;
        }
    }

    /**
     * Adds a binding.
     *
     * @throws IllegalArgumentException if another one answers the same method on the same paths
     */
    void add(RestBinding binding) {
        Node node = root;
        for (String segment : binding.template().segments()) {
            node = node.next(segment);
        }
        RestBinding other = node.bindings
                .computeIfAbsent(binding.template().verb(), verb -> new TreeMap<>())
                .putIfAbsent(binding.httpMethod(), binding);
        if (other != null) {
            throw new IllegalArgumentException(
                    "REST paths conflict, no request could tell them apart: " + other + " and " + binding);
        }
        all.add(binding);
    }

    /** All that were added, in their order. */
    List<RestBinding> all() {
        return List.copyOf(all);
    }

    /** What answers {@code method} on {@code path}. */
    Match match(String method, RestPath path) {
        Set<String> allowed = new TreeSet<>();
        if (path.hasVerb()) {
            RestPath bare = path.withoutVerb();
            RestBinding found = find(root, bare, 0, path.verb(), method, allowed);
            if (found != null) {
                return new Match(found, bare, allowed);
            }
        }
        return new Match(find(root, path, 0, "", method, allowed), path, allowed);
    }

    private static @Nullable RestBinding find(
            Node node, RestPath path, int at, String verb, String method, Set<String> allowed) {
        RestBinding found = null;
        if (at == path.size()) {
            found = bound(node, verb, method, allowed);
        } else {
            Node literal = node.literals.get(path.decoded().get(at));
            if (literal != null) {
                found = find(literal, path, at + 1, verb, method, allowed);
            }
            if (found == null && node.one != null && !path.raw().get(at).isEmpty()) {
                found = find(node.one, path, at + 1, verb, method, allowed);
            }
        }
        return found == null && node.rest != null ? bound(node.rest, verb, method, allowed) : found;
    }

    private static @Nullable RestBinding bound(Node node, String verb, String method, Set<String> allowed) {
        Map<String, RestBinding> methods = node.bindings.get(verb);
        if (methods == null) {
            return null;
        }
        allowed.addAll(methods.keySet());
        RestBinding found = methods.get(method);
        if (found == null && method.equals("HEAD")) {
            found = methods.get("GET");
        }
        return found == null ? methods.get(RestRule.ANY_METHOD) : found;
    }
}
