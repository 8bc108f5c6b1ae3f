package dev.parley;

import java.util.Arrays;
import java.util.Objects;

/**
 * A typed detail of an error, as gRPC's {@code google.rpc.Status.details} and Connect's {@code details} carry it: the
 * full name of a protobuf message and its bytes. {@code dev.parley.rpc.ErrorDetails} packs and unpacks messages.
 *
 * @param type full name of the message, without {@code type.googleapis.com/}
 * @param value the encoded message; not copied, so not to be changed afterwards
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below; a copy of each detail would buy nothing
public record ErrorDetail(String type, byte[] value) {

    /** Checks that nothing is null. */
    public ErrorDetail {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(value, "value");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ErrorDetail that && type.equals(that.type) && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return type + "[" + value.length + " bytes]";
    }
}
