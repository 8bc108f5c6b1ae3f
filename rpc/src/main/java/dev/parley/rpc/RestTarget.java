package dev.parley.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import java.nio.charset.StandardCharsets;
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

    private final PathTemplate template;
    private final List<FieldPath> fields;

    RestTarget(RestRule rule) {
        this.template = rule.template();
        this.fields = rule.variables();
    }

    /**
     * The path for {@code message}.
     *
     * @throws CallException INVALID_ARGUMENT that names the field whose value the path has no place for
     */
    String path(Message message) {
        StringBuilder path = new StringBuilder();
        int at = 0;
        for (int i = 0; i < fields.size(); i++) {
            PathTemplate.Variable variable = template.variables().get(i);
            literals(at, variable.from(), path);
            String value = RestText.of(fields.get(i), message);
            check(variable, fields.get(i), value);
            path.append('/').append(encode(value, variable.spansSegments()));
            at = variable.to();
        }
        literals(at, template.segments().size(), path);
        return template.verb().isEmpty()
                ? path.toString()
                : path.append(':').append(template.verb()).toString();
    }

    private void literals(int from, int to, StringBuilder path) {
        for (String segment : template.segments().subList(from, to)) {
            // A wildcard outside a variable says nothing about the request, so anything goes, and ** is nothing.
            switch (segment) {
                case PathTemplate.ONE -> path.append("/-");
                case PathTemplate.REST -> {}
                default -> path.append('/').append(segment);
            }
        }
    }

    private void check(PathTemplate.Variable variable, FieldPath field, String value) {
        List<String> pattern = template.segments().subList(variable.from(), variable.to());
        List<String> segments = List.of(value.split("/", -1));
        boolean fits = variable.spansSegments()
                ? matches(pattern, segments) && segments.stream().allMatch(RestTarget::isSegment)
                : isSegment(value);
        if (!fits) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    field + " stands in the path " + template + ", so it must be like " + String.join("/", pattern)
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
        for (FieldPath field : fields) {
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
        return template.toString();
    }
}
