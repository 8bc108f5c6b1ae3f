package dev.parley.rpc;

import build.buf.protovalidate.Validator;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.GeneratedMessage.ExtendableMessage;
import com.google.protobuf.Message;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the methods of one server check their requests by. The library behind {@code buf.validate} is large, so nothing of
 * it is loaded before a request type with such rules is found. Used at start-up, by one thread.
 */
final class Validation {

    /** The number of {@code buf.validate}'s extensions of messages, oneofs and fields alike. */
    private static final int RULES = 1159;

    private final boolean on;
    private final @Nullable Validator own;
    private final Collection<FileDescriptor> files;
    private @Nullable ProtoRules rules;

    /**
     * @param on whether rules of {@code buf.validate} count
     * @param own who checks them; null for protovalidate as it comes
     * @param files all that is served, where rules of one's own may be defined
     */
    Validation(boolean on, @Nullable Validator own, Collection<FileDescriptor> files) {
        this.on = on;
        this.own = own;
        this.files = files;
    }

    /** Required fields only. */
    static Validation requiredFieldsOnly() {
        return new Validation(false, null, List.of());
    }

    /**
     * The check of a method's request messages; null if there is nothing to be checked.
     *
     * @throws IllegalArgumentException if a rule cannot be compiled; the message names type and rule
     */
    @Nullable
    RequestCheck of(RpcMethod<?, ?> method) {
        Message prototype = method.requestPrototype();
        RequiredFields required = RequiredFields.of(prototype.getDescriptorForType());
        RequestCheck ruled = on ? rules(prototype) : null;
        if (required == null) {
            return ruled;
        }
        RequestCheck present = required::check;
        return ruled == null
                ? present
                : message -> {
                    present.check(message);
                    ruled.check(message);
                };
    }

    private @Nullable RequestCheck rules(Message prototype) {
        Set<Descriptor> types = new LinkedHashSet<>();
        reach(prototype.getDescriptorForType(), types);
        List<Descriptor> ruled = types.stream().filter(Validation::hasRules).toList();
        if (ruled.isEmpty()) {
            return null;
        }
        ProtoRules found = rules;
        if (found == null) {
            found = own == null ? ProtoRules.of(files) : ProtoRules.by(own);
            rules = found;
        }
        ruled.forEach(found::compile);
        return found;
    }

    /** The types in {@code type}, innermost first, so that an error names the type that has the rule. */
    private static void reach(Descriptor type, Set<Descriptor> types) {
        reach(type, types, new LinkedHashSet<>());
    }

    private static void reach(Descriptor type, Set<Descriptor> types, Set<Descriptor> entered) {
        if (!entered.add(type)) {
            return;
        }
        for (FieldDescriptor field : type.getFields()) {
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                reach(Objects.requireNonNull(field.getMessageType()), types, entered);
            }
        }
        types.add(type);
    }

    private static boolean hasRules(Descriptor type) {
        return isRuled(type.getOptions())
                || type.getFields().stream().anyMatch(field -> isRuled(field.getOptions()))
                || type.getRealOneofs().stream().anyMatch(oneof -> isRuled(oneof.getOptions()));
    }

    /** Also where the extension is not known, as in descriptors that were not generated. */
    private static boolean isRuled(ExtendableMessage<?> options) {
        return options.getUnknownFields().hasField(RULES)
                || options.getAllFields().keySet().stream()
                        .anyMatch(field -> field.isExtension() && field.getNumber() == RULES);
    }
}
