package dev.parley.rpc.internal.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.TypeRegistry;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The plans of all types met so far, and where further types and extensions are found. */
final class Plans {

    final TypeRegistry types;
    final ExtensionRegistry extensions;
    private final ConcurrentHashMap<Descriptor, MessagePlan> messages = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<FieldDescriptor, FieldPlan> extensionFields = new ConcurrentHashMap<>();

    Plans(TypeRegistry types, ExtensionRegistry extensions) {
        this.types = types;
        this.extensions = extensions;
    }

    MessagePlan of(Descriptor type) {
        MessagePlan known = messages.get(type);
        return known != null ? known : messages.computeIfAbsent(type, absent -> new MessagePlan(absent, this));
    }

    FieldPlan field(FieldDescriptor field) {
        return field.isExtension()
                ? extensionFields.computeIfAbsent(field, absent -> new FieldPlan(absent, -1, this))
                : of(field.getContainingType()).of(field);
    }

    /** The extension of {@code type} by its name in JSON, {@code [package.name]}; null if there is none. */
    @Nullable
    FieldPlan extension(Descriptor type, String name) {
        if (!name.startsWith("[") || !name.endsWith("]")) {
            return null;
        }
        ExtensionRegistry.ExtensionInfo found =
                extensions.findImmutableExtensionByName(name.substring(1, name.length() - 1));
        return found == null || found.descriptor.getContainingType() != type ? null : field(found.descriptor);
    }
}
