package dev.parley.rpc.internal.json;

import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.parley.rpc.json.Everything;
import dev.parley.rpc.json.Legacy;
import dev.parley.rpc.json.Modern;
import java.nio.charset.StandardCharsets;

/** One way to write and read messages as JSON. */
interface Dialect {

    String print(Message message) throws InvalidProtocolBufferException;

    Message read(byte[] json, Message prototype) throws InvalidProtocolBufferException;

    /** What an Any may hold in these tests. */
    TypeRegistry TYPES = TypeRegistry.newBuilder()
            .add(Everything.getDescriptor())
            .add(Legacy.getDescriptor())
            .add(Modern.getDescriptor())
            .add(dev.parley.rpc.json.Strict.getDescriptor())
            .add(com.google.protobuf.Any.getDescriptor())
            .add(com.google.protobuf.Empty.getDescriptor())
            .add(com.google.protobuf.Timestamp.getDescriptor())
            .add(com.google.protobuf.Duration.getDescriptor())
            .add(com.google.protobuf.FieldMask.getDescriptor())
            .add(com.google.protobuf.StructProto.getDescriptor().getMessageTypes())
            .add(com.google.protobuf.WrappersProto.getDescriptor().getMessageTypes())
            .build();

    /** All that the test protos define. */
    ExtensionRegistry EXTENSIONS = extensions();

    private static ExtensionRegistry extensions() {
        ExtensionRegistry extensions = ExtensionRegistry.newInstance();
        dev.parley.rpc.json.Proto2.registerAllExtensions(extensions);
        dev.parley.rpc.json.Editions.registerAllExtensions(extensions);
        return extensions.getUnmodifiable();
    }

    /** Parley's codec. */
    static Dialect ours(boolean everything, boolean ignoreUnknown) {
        ProtoJson codec = new ProtoJson(TYPES, EXTENSIONS, everything, ignoreUnknown);
        return new Dialect() {
            @Override
            public String print(Message message) {
                return new String(codec.write(message, 0), StandardCharsets.UTF_8);
            }

            @Override
            public Message read(byte[] json, Message prototype) throws InvalidProtocolBufferException {
                Message.Builder builder = prototype.newBuilderForType();
                codec.merge(json, 0, json.length, builder);
                if (!builder.isInitialized()) {
                    throw new InvalidProtocolBufferException("it lacks required fields");
                }
                return builder.build();
            }
        };
    }

    /** Protobuf's own, which knows no extensions when used from outside of it. */
    static Dialect theirs(boolean everything, boolean ignoreUnknown) {
        JsonFormat.Printer plain = JsonFormat.printer().usingTypeRegistry(TYPES).omittingInsignificantWhitespace();
        JsonFormat.Printer printer = everything ? plain.alwaysPrintFieldsWithNoPresence() : plain;
        JsonFormat.Parser strict = JsonFormat.parser().usingTypeRegistry(TYPES);
        JsonFormat.Parser parser = ignoreUnknown ? strict.ignoringUnknownFields() : strict;
        return new Dialect() {
            @Override
            public String print(Message message) throws InvalidProtocolBufferException {
                return printer.print(message);
            }

            @Override
            public Message read(byte[] json, Message prototype) throws InvalidProtocolBufferException {
                Message.Builder builder = prototype.newBuilderForType();
                try {
                    parser.merge(new String(json, StandardCharsets.UTF_8), builder);
                    return builder.build();
                } catch (RuntimeException | StackOverflowError e) {
                    throw new InvalidProtocolBufferException(String.valueOf(e));
                }
            }
        };
    }
}
