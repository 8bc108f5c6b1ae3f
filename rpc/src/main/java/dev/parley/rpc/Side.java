package dev.parley.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.http.HttpException;
import java.util.Objects;

/** What is read, which decides whose fault it is if it cannot be. */
enum Side {
    /** Read by a server: what is wrong with it is the caller's fault. */
    REQUEST("request", Code.INVALID_ARGUMENT),
    /** Read by a client: what is wrong with it is a fault in the peer. */
    RESPONSE("response", Code.INTERNAL);

    private final String word;
    private final Code malformed;

    Side(String word, Code malformed) {
        this.word = word;
        this.malformed = malformed;
    }

    Message decode(MessageCodec codec, Message prototype, byte[] bytes, int offset, int length) {
        try {
            return codec.decode(prototype, bytes, offset, length);
        } catch (InvalidProtocolBufferException e) {
            throw malformed(codec.codec(), prototype, e);
        }
    }

    CallException malformed(Codec codec, Message prototype, InvalidProtocolBufferException e) {
        return new CallException(
                malformed,
                "the " + word + " is not a " + prototype.getDescriptorForType().getFullName() + " in " + codec + ": "
                        + Objects.requireNonNullElse(e.getMessage(), "malformed"),
                e);
    }

    CallException truncated() {
        return protocolError("ends inside a message");
    }

    /**
     * INTERNAL in the words of both specifications, though the fault is the peer's library's; told as a 400, so that no
     * server takes it for its own.
     */
    CallException brokenFraming(String what) {
        return new HttpException(400, Code.INTERNAL, "the " + word + " " + what);
    }

    CallException protocolError(String what) {
        return new CallException(malformed, "the " + word + " " + what);
    }

    /** A unary method has exactly one message; gRPC's status table and Connect's conformance suite agree on the code. */
    CallException cardinality(String found) {
        return new CallException(Code.UNIMPLEMENTED, "the method takes one " + word + " message, but got " + found);
    }

    /** 413 where the protocol has HTTP's statuses; the code where it has not. */
    CallException tooLarge(long size, long limit) {
        return new HttpException(
                413,
                Code.RESOURCE_EXHAUSTED,
                "the " + word + " message has " + size + " bytes, over the limit of " + limit + " (maxMessageBytes)");
    }

    CallException largerThan(long limit) {
        return new HttpException(
                413,
                Code.RESOURCE_EXHAUSTED,
                "the " + word + " message has more than the limit of " + limit + " bytes (maxMessageBytes)");
    }
}
