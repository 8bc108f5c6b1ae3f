package dev.parley.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A path of {@code google.api.http} as a client fills it: what the variables take out of a message is percent-encoded, so
 * that a value cannot leave its place in the path.
 *
 * @see <a href="https://github.com/googleapis/googleapis/blob/master/google/api/http.proto">the rules</a>
 */
final class RestTarget {

    private static final String UNRESERVED = "-_.~";

    private final String template;
    // Literals and variables in turn, a literal first and last.
    private final List<String> literals = new ArrayList<>();
    private final List<Variable> variables = new ArrayList<>();

    /** One variable: a field, and the pattern that its value has. */
    private record Variable(FieldPath field, String pattern) {
        boolean spansSegments() {
            return pattern.contains("/") || pattern.contains("**");
        }
    }

    /**
     * Reads {@code template} against the request's type.
     *
     * @throws IllegalArgumentException if it is malformed, or a variable names no field that fits into a path
     */
    RestTarget(String template, Message prototype) {
        this.template = template;
        int at = 0;
        for (int open = template.indexOf('{'); open >= 0; open = template.indexOf('{', at)) {
            int close = template.indexOf('}', open);
            if (close < 0) {
                throw new IllegalArgumentException("path template \"" + template + "\": '}' is missing");
            }
            literals.add(template.substring(at, open));
            String inside = template.substring(open + 1, close);
            int equals = inside.indexOf('=');
            String name = equals < 0 ? inside : inside.substring(0, equals);
            FieldPath field = FieldPath.resolve(prototype.getDescriptorForType(), name)
                    .filter(found -> found.takesText() && !found.last().isRepeated())
                    .orElseThrow(() -> new IllegalArgumentException(
                            "path template \"" + template + "\": " + name + " is no single value of "
                                    + prototype.getDescriptorForType().getFullName()));
            variables.add(new Variable(field, equals < 0 ? "*" : inside.substring(equals + 1)));
            at = close + 1;
        }
        literals.add(template.substring(at));
    }

    List<FieldPath> fields() {
        return variables.stream().map(Variable::field).toList();
    }

    /**
     * The path for {@code message}.
     *
     * @throws CallException INVALID_ARGUMENT that names the field whose value the path has no place for
     */
    String path(Message message) {
        StringBuilder path = new StringBuilder(literals.getFirst());
        for (int i = 0; i < variables.size(); i++) {
            Variable variable = variables.get(i);
            String value = RestText.of(variable.field(), message);
            check(variable, value);
            path.append(encode(value, variable.spansSegments())).append(literals.get(i + 1));
        }
        return path.toString();
    }

    private void check(Variable variable, String value) {
        List<String> segments = List.of(value.split("/", -1));
        boolean fits = variable.spansSegments()
                ? matches(List.of(variable.pattern().split("/")), segments)
                        && segments.stream().allMatch(RestTarget::isSegment)
                : isSegment(value);
        if (!fits) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    variable.field() + " stands in the path " + template + ", so it must be like " + variable.pattern()
                            + " and not empty, . or .., but is \"" + value + '"');
        }
    }

    /** Servers and proxies take dot segments for steps in the path, escaped or not. */
    private static boolean isSegment(String segment) {
        return !segment.isEmpty() && !segment.equals(".") && !segment.equals("..");
    }

    private static boolean matches(List<String> pattern, List<String> segments) {
        for (int i = 0; i < pattern.size(); i++) {
            String wanted = pattern.get(i);
            if (wanted.equals("**")) {
                return segments.size() >= i;
            }
            if (i >= segments.size() || !(wanted.equals("*") || wanted.equals(segments.get(i)))) {
                return false;
            }
        }
        return segments.size() == pattern.size();
    }

    /** Percent-encodes all but the unreserved characters (RFC 3986, 2.3), and slashes if they are to stay. */
    static String encode(String text, boolean keepSlashes) {
        StringBuilder encoded = new StringBuilder(text.length() + 8);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = (c < 0x80 && Character.isLetterOrDigit(c))
                    || UNRESERVED.indexOf(c) >= 0
                    || (keepSlashes && c == '/');
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append('%').append(Character.toUpperCase(Character.forDigit((b >> 4) & 15, 16)));
                encoded.append(Character.toUpperCase(Character.forDigit(b & 15, 16)));
            }
        }
        return encoded.toString();
    }

    /** {@code message} without the fields that stand in the path. */
    Message without(Message message) {
        Message.Builder rest = message.toBuilder();
        for (FieldPath field : fields()) {
            clear(rest, field.fields());
        }
        return rest.build();
    }

    private static void clear(Message.Builder from, List<FieldDescriptor> path) {
        FieldDescriptor first = path.getFirst();
        if (path.size() == 1) {
            from.clearField(first);
        } else if (from.hasField(first)) {
            Message.Builder inner = ((Message) from.getField(first)).toBuilder();
            clear(inner, path.subList(1, path.size()));
            Optional<Message> rest = Optional.of(inner.build())
                    .filter(left -> !left.getAllFields().isEmpty());
            rest.ifPresentOrElse(left -> from.setField(first, left), () -> from.clearField(first));
        }
    }

    @Override
    public String toString() {
        return template;
    }
}
