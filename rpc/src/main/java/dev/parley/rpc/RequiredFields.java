package dev.parley.rpc;

import com.google.api.FieldBehavior;
import com.google.api.FieldBehaviorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import dev.parley.CallException;
import dev.parley.Code;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of a message must be there: those with {@code (google.api.field_behavior) = REQUIRED}, in the message and
 * in the messages that it holds. Found out once per type, so a type without any costs nothing.
 */
final class RequiredFields {

    private static final int MOST_TOLD = 16;

    private final List<FieldDescriptor> required = new ArrayList<>();
    private final Map<FieldDescriptor, RequiredFields> inside = new HashMap<>();

    private RequiredFields() {}

    /** The required fields of {@code type}; null if there are none. */
    static @Nullable RequiredFields of(Descriptor type) {
        Set<Descriptor> withSome = typesWithSome(type);
        return withSome.contains(type) ? plan(type, withSome, new HashMap<>()) : null;
    }

    /**
     * Checks {@code message}.
     *
     * @throws CallException INVALID_ARGUMENT that names each missing field by its path, with a
     *     {@code google.rpc.BadRequest}
     */
    void check(Message message) {
        List<String> missing = new ArrayList<>();
        collect(message, "", missing);
        if (missing.isEmpty()) {
            return;
        }
        BadRequest.Builder details = BadRequest.newBuilder();
        for (String path : missing) {
            details.addFieldViolationsBuilder().setField(path).setDescription("is required");
        }
        throw new CallException(Code.INVALID_ARGUMENT, String.join(" is required; ", missing) + " is required")
                .withDetail(ErrorDetails.pack(details.build()));
    }

    private void collect(Message message, String prefix, List<String> missing) {
        for (FieldDescriptor field : required) {
            if (missing.size() < MOST_TOLD && isMissing(message, field)) {
                missing.add(prefix + field.getName());
            }
        }
        inside.forEach((field, plan) -> {
            if (field.isMapField()) {
                return; // keys are data, and a path through them would not name a field
            }
            if (field.isRepeated()) {
                int count = message.getRepeatedFieldCount(field);
                for (int i = 0; i < count && missing.size() < MOST_TOLD; i++) {
                    Message element = (Message) message.getRepeatedField(field, i);
                    plan.collect(element, prefix + field.getName() + '[' + i + "].", missing);
                }
            } else if (message.hasField(field)) {
                plan.collect((Message) message.getField(field), prefix + field.getName() + '.', missing);
            }
        });
    }

    private static boolean isMissing(Message message, FieldDescriptor field) {
        if (field.isRepeated()) {
            return message.getRepeatedFieldCount(field) == 0;
        }
        return field.hasPresence()
                ? !message.hasField(field)
                : message.getField(field).equals(field.getDefaultValue());
    }

    private static RequiredFields plan(
            Descriptor type, Set<Descriptor> withSome, Map<Descriptor, RequiredFields> plans) {
        RequiredFields known = plans.get(type);
        if (known != null) {
            return known; // a type may hold itself
        }
        RequiredFields plan = new RequiredFields();
        plans.put(type, plan);
        for (FieldDescriptor field : type.getFields()) {
            if (isRequired(field)) {
                plan.required.add(field);
            }
            if (isMessage(field) && withSome.contains(field.getMessageType())) {
                plan.inside.put(field, plan(field.getMessageType(), withSome, plans));
            }
        }
        return plan;
    }

    /** The types below {@code type}, itself included, from which a required field can be reached. */
    private static Set<Descriptor> typesWithSome(Descriptor type) {
        Set<Descriptor> reachable = new HashSet<>();
        reach(type, reachable);
        Set<Descriptor> withSome = new HashSet<>();
        boolean grown = true;
        while (grown) {
            grown = false;
            for (Descriptor candidate : reachable) {
                if (!withSome.contains(candidate)
                        && candidate.getFields().stream()
                                .anyMatch(field -> isRequired(field)
                                        || (isMessage(field) && withSome.contains(field.getMessageType())))) {
                    grown = withSome.add(candidate);
                }
            }
        }
        return withSome;
    }

    private static void reach(Descriptor type, Set<Descriptor> reachable) {
        if (reachable.add(type)) {
            for (FieldDescriptor field : type.getFields()) {
                if (isMessage(field)) {
                    reach(Objects.requireNonNull(field.getMessageType()), reachable);
                }
            }
        }
    }

    private static boolean isMessage(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    }

    private static boolean isRequired(FieldDescriptor field) {
        return field.getOptions().getExtension(FieldBehaviorProto.fieldBehavior).contains(FieldBehavior.REQUIRED);
    }
}
