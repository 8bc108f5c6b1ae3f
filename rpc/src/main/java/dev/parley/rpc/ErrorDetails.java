package dev.parley.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.ErrorDetail;
import java.util.Optional;

/** Protobuf messages as details of a {@link CallException}, such as those of {@code google.rpc}. */
public final class ErrorDetails {

    private ErrorDetails() {}

    /** {@code message} as a detail. */
    public static ErrorDetail pack(Message message) {
        return new ErrorDetail(message.getDescriptorForType().getFullName(), message.toByteArray());
    }

    /**
     * The first detail of {@code prototype}'s type.
     *
     * @throws IllegalArgumentException if there is one, but its bytes are not such a message
     */
    public static <T extends Message> Optional<T> find(CallException error, T prototype) {
        String type = prototype.getDescriptorForType().getFullName();
        for (ErrorDetail detail : error.details()) {
            if (detail.type().equals(type)) {
                try {
                    @SuppressWarnings("unchecked") // a message's parser makes messages of its own type
                    T message = (T) prototype.getParserForType().parseFrom(detail.value());
                    return Optional.of(message);
                } catch (InvalidProtocolBufferException e) {
                    throw new IllegalArgumentException("a detail of the error is not a valid " + type, e);
                }
            }
        }
        return Optional.empty();
    }
}
