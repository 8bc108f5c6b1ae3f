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
 * {@code **}. Filled at start-up, then only read.
 */
final class RestRouter {

    private final Node root = new Node();
    private final List<RestBinding> all = new ArrayList<>();

    /** What was found: a binding with the texts of its variables, or the methods that the path has. */
    record Match(@Nullable RestBinding binding, List<String> segments, Set<String> allowed) {}

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
                default -> literals.computeIfAbsent(decoded(segment), name -> new Node());
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
            throw new IllegalArgumentException("REST paths conflict: " + binding.httpMethod() + " /"
                    + String.join("/", binding.template().segments()) + " is bound to " + other.route() + " and to "
                    + binding.route());
        }
        all.add(binding);
    }

    /** All that were added, in their order. */
    List<RestBinding> all() {
        return List.copyOf(all);
    }

    /** What answers {@code method} on {@code path}, which is percent-encoded. */
    Match match(String method, String path) {
        Set<String> allowed = new TreeSet<>();
        if (!path.startsWith("/")) {
            return new Match(null, List.of(), allowed);
        }
        List<String> segments = split(path);
        String last = segments.getLast();
        int colon = last.lastIndexOf(':');
        if (colon > 0) {
            List<String> bare = new ArrayList<>(segments);
            bare.set(bare.size() - 1, last.substring(0, colon));
            RestBinding found = find(root, bare, 0, last.substring(colon + 1), method, allowed);
            if (found != null) {
                return new Match(found, bare, allowed);
            }
        }
        return new Match(find(root, segments, 0, "", method, allowed), segments, allowed);
    }

    private static @Nullable RestBinding find(
            Node node, List<String> segments, int at, String verb, String method, Set<String> allowed) {
        if (at == segments.size()) {
            return bound(node, verb, method, allowed);
        }
        String segment = segments.get(at);
        Node literal = node.literals.get(decoded(segment));
        RestBinding found = literal == null ? null : find(literal, segments, at + 1, verb, method, allowed);
        if (found == null && node.one != null && !segment.isEmpty()) {
            found = find(node.one, segments, at + 1, verb, method, allowed);
        }
        return found == null && node.rest != null ? bound(node.rest, verb, method, allowed) : found;
    }

    private static @Nullable RestBinding bound(Node node, String verb, String method, Set<String> allowed) {
        Map<String, RestBinding> methods = node.bindings.get(verb);
        if (methods == null) {
            return null;
        }
        allowed.addAll(methods.keySet());
        return methods.get(method);
    }

    private static List<String> split(String path) {
        List<String> segments = new ArrayList<>();
        int start = 1;
        for (int slash = path.indexOf('/', start); slash >= 0; slash = path.indexOf('/', start)) {
            segments.add(path.substring(start, slash));
            start = slash + 1;
        }
        segments.add(path.substring(start));
        return segments;
    }

    private static String decoded(String segment) {
        return PercentEncoding.decode(segment, false).orElse(segment);
    }
}
