package dev.parley.rpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The fields of a request that stand in its path and its query. The path goes before the body; a parameter of the query that
 * is bound by the path, covered by the body, unknown or given twice is refused rather than passed over.
 */
final class RestFields {

    private record Given(FieldPath field, String text) {}

    private final List<Given> path = new ArrayList<>();
    private final List<Given> query = new ArrayList<>();
    private final JsonCodec json;

    private RestFields(JsonCodec json) {
        this.json = json;
    }

    /**
     * Reads path and query.
     *
     * @throws CallException INVALID_ARGUMENT that names the parameter
     */
    static RestFields of(RestBinding binding, RestPath path, String query, JsonCodec json) {
        RestFields fields = new RestFields(json);
        List<PathTemplate.Variable> variables = binding.template().variables();
        for (int i = 0; i < variables.size(); i++) {
            fields.path.add(new Given(binding.variables().get(i), path.value(variables.get(i))));
        }
        if (!query.isEmpty()) {
            fields.readQuery(query, binding);
        }
        return fields;
    }

    private void readQuery(String text, RestBinding binding) {
        Descriptor type = binding.route().method().descriptor().getInputType();
        Set<FieldPath> seen = new HashSet<>();
        for (QueryParameter parameter : QueryParameter.parse(text)) {
            String name = parameter.name();
            FieldPath field = FieldPath.resolve(type, name)
                    .orElseThrow(() -> refused(
                            "unknown query parameter " + FieldPath.abbreviated(name),
                            "it is no field of " + type.getFullName()));
            check(field, binding);
            if (!seen.add(field) && !field.last().isRepeated()) {
                throw new CallException(Code.INVALID_ARGUMENT, field + " is given twice");
            }
            query.add(new Given(field, parameter.value()));
        }
    }

    private void check(FieldPath field, RestBinding binding) {
        if (binding.wholeBody()) {
            throw refused(
                    "query parameter " + field + " is not taken", "all fields but those of the path are in the body");
        }
        if (field.fields().getFirst() == binding.body()) {
            throw refused("query parameter " + field + " is not taken", "it is in the body");
        }
        for (Given bound : path) {
            if (bound.field().overlaps(field)) {
                throw refused("query parameter " + field + " is not taken", bound.field() + " is in the path");
            }
        }
        if (!field.takesText()) {
            throw refused(
                    field + " is no single value",
                    field.last().isMapField()
                            ? "a map cannot stand in a query"
                            : field.last().isRepeated()
                                    ? "repeated messages cannot stand in a query"
                                    : "name one of its fields");
        }
    }

    private static CallException refused(String what, String why) {
        return new CallException(Code.INVALID_ARGUMENT, what + ": " + why);
    }

    /**
     * Sets the fields in a message, whose other fields are set already.
     *
     * @throws CallException INVALID_ARGUMENT that names the first whose text is none of its values
     */
    void putInto(Message.Builder message) {
        for (Given given : path) {
            given.field().put(message, given.text(), json);
        }
        for (Given given : query) {
            given.field().putBeside(message, given.text(), json);
        }
    }
}
