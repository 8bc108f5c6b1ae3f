package dev.parley.rpc;

import build.buf.protovalidate.Config;
import build.buf.protovalidate.ValidationResult;
import build.buf.protovalidate.Validator;
import build.buf.protovalidate.ValidatorFactory;
import build.buf.protovalidate.exceptions.CompilationException;
import build.buf.protovalidate.exceptions.ValidationException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import dev.parley.CallException;
import dev.parley.Code;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * Rules of {@code buf.validate}, checked by protovalidate. Compiled when the server starts.
 *
 * @see <a href="https://protovalidate.com/">protovalidate</a>
 */
final class ProtoRules implements RequestCheck {

    /**
     * A message over this size is told its first violation only: each one is an object of some hundred bytes, and a
     * message of a few megabytes can have a million.
     */
    private static final int LARGE = 64 << 10;

    private final Validator all;
    private final Validator first;

    private ProtoRules(Validator all, Validator first) {
        this.all = all;
        this.first = first;
    }

    /** Protovalidate as it comes, with the extensions in {@code files} for rules of one's own. */
    static ProtoRules of(Collection<FileDescriptor> files) {
        ExtensionRegistry extensions = ExtensionRegistry.newInstance();
        TypeRegistry.Builder types = TypeRegistry.newBuilder();
        Set<String> seen = new HashSet<>();
        files.forEach(file -> addAll(file, seen, extensions, types));
        Config.Builder config =
                Config.newBuilder().setExtensionRegistry(extensions).setTypeRegistry(types.build());
        Validator all = validator(config);
        Validator first = validator(config.setFailFast(true));
        return new ProtoRules(all, first);
    }

    /** A validator of the user's, for messages of every size. */
    static ProtoRules by(Validator own) {
        return new ProtoRules(own, own);
    }

    private static Validator validator(Config.Builder config) {
        return ValidatorFactory.newBuilder().withConfig(config.build()).build();
    }

    /**
     * Compiles the rules of a type, which happens when a first message of it is validated.
     *
     * @throws IllegalArgumentException if one cannot be compiled
     */
    void compile(Descriptor type) {
        try {
            all.validate(DynamicMessage.getDefaultInstance(type));
        } catch (CompilationException e) {
            throw new IllegalArgumentException(
                    "the rules (buf.validate) of " + type.getFullName() + " cannot be compiled: "
                            + Objects.requireNonNullElse(e.getMessage(), "no reason given"),
                    e);
        } catch (ValidationException emptyMessage) {
            // The rules are sound; that they fail for an empty message is for who sends one.
        }
    }

    @Override
    public void check(Message message) {
        Validator validator = message.getSerializedSize() > LARGE ? first : all;
        ValidationResult result;
        try {
            result = validator.validate(message);
        } catch (ValidationException e) {
            throw new CallException(Code.INTERNAL, "the request could not be validated", e);
        }
        if (!result.isSuccess()) {
            throw Violated.of(message, result.toProto());
        }
    }

    private static void addAll(
            FileDescriptor file, Set<String> seen, ExtensionRegistry extensions, TypeRegistry.Builder types) {
        if (!seen.add(file.getName())) {
            return;
        }
        file.getDependencies().forEach(imported -> addAll(imported, seen, extensions, types));
        types.add(file.getMessageTypes());
        file.getExtensions().forEach(extension -> add(extension, extensions));
    }

    private static void add(FieldDescriptor extension, ExtensionRegistry extensions) {
        if (extension.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            extensions.add(extension, DynamicMessage.getDefaultInstance(extension.getMessageType()));
        } else {
            extensions.add(extension);
        }
    }
}
