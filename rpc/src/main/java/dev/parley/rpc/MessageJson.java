package dev.parley.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import java.util.Base64;
import java.util.Objects;

/**
 * Protobuf's JSON mapping for messages of a {@link Schema}, whose types an {@code Any} may hold; so may the standard error
 * details ({@code google.rpc}). Immutable and thread-safe.
 *
 * @see <a href="https://protobuf.dev/programming-guides/json/">the mapping</a>
 */
public final class MessageJson {

    private final JsonCodec strict;
    private final JsonCodec printer;

    private MessageJson(JsonCodec strict, JsonCodec printer) {
        this.strict = strict;
        this.printer = printer;
    }

    /** JSON for messages of {@code schema}; fields with their default value are left out. */
    public static MessageJson of(Schema schema) {
        TypeRegistry types = JsonCodec.types(schema.files());
        return new MessageJson(JsonCodec.rest(types), JsonCodec.connect(types));
    }

    /** The same, but fields that have no presence are written with their default value, too. */
    public MessageJson withDefaults() {
        return new MessageJson(strict, strict);
    }

    /** {@code message} on one line. */
    public String print(Message message) {
        return printer.print(message);
    }

    /**
     * The message of {@code prototype}'s type in {@code json}, strictly: a field that the type has not is an error.
     *
     * @throws CallException INVALID_ARGUMENT that names the field, or the line and column
     */
    public Message parse(Message prototype, String json) {
        Message.Builder message = prototype.newBuilderForType();
        try {
            strict.merge(json, message);
        } catch (InvalidProtocolBufferException e) {
            throw new CallException(
                    Code.INVALID_ARGUMENT,
                    "no " + prototype.getDescriptorForType().getFullName() + ": "
                            + Objects.requireNonNullElse(e.getMessage(), "malformed"),
                    e);
        }
        return message.build();
    }

    /** A detail of an error as an {@code Any} on one line; one of unknown type has its bytes as base64. */
    public String print(ErrorDetail detail) {
        String url = "type.googleapis.com/" + detail.type();
        try {
            return printer.print(Any.newBuilder()
                    .setTypeUrl(url)
                    .setValue(ByteString.copyFrom(detail.value()))
                    .build());
        } catch (CallException unknown) {
            return "{\"@type\":\"" + url.replace("\\", "").replace("\"", "") + "\",\"value\":\""
                    + Base64.getEncoder().encodeToString(detail.value()) + "\"}";
        }
    }
}
