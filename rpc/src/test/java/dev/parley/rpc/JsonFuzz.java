package dev.parley.rpc;

import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import dev.parley.CallException;
import dev.parley.rpc.json.Everything;
import dev.parley.rpc.json.Legacy;
import dev.parley.rpc.json.Modern;
import dev.parley.rpc.json.Proto2;
import java.util.List;

/**
 * The JSON codec against any bytes, strict and lenient, for a message of each syntax: a refusal, or a message that is the
 * same after it was written and read again.
 */
public final class JsonFuzz {

    private static final TypeRegistry TYPES = JsonCodec.types(
            List.of(Everything.getDescriptor().getFile(), Legacy.getDescriptor().getFile()));
    private static final ExtensionRegistry EXTENSIONS = JsonCodec.extensions(List.of(Proto2.getDescriptor()));
    private static final List<JsonCodec> CODECS =
            List.of(JsonCodec.rest(TYPES, EXTENSIONS), JsonCodec.connect(TYPES, EXTENSIONS));
    private static final List<Message> PROTOTYPES =
            List.of(Everything.getDefaultInstance(), Legacy.getDefaultInstance(), Modern.getDefaultInstance());

    private JsonFuzz() {}

    /** The fuzzer's entry. The first byte chooses codec and message. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        int choice = (input[0] & 0xff) % (CODECS.size() * PROTOTYPES.size());
        check(CODECS.get(choice % CODECS.size()), PROTOTYPES.get(choice / CODECS.size()), input);
    }

    private static void check(JsonCodec codec, Message prototype, byte[] input) {
        Message message;
        try {
            message = codec.decode(prototype, input, 1, input.length - 1);
        } catch (InvalidProtocolBufferException refused) {
            return;
        }
        byte[] written;
        try {
            written = codec.encode(message, 5);
        } catch (CallException notJson) {
            throw new AssertionError("read, but not written: " + message, notJson);
        }
        Message again;
        try {
            again = codec.decode(prototype, written, 5, written.length - 5);
        } catch (InvalidProtocolBufferException refused) {
            throw new AssertionError("written, but not read: " + message, refused);
        }
        if (!again.equals(message)) {
            throw new AssertionError("read as\n" + message + "\nbut then as\n" + again);
        }
    }
}
