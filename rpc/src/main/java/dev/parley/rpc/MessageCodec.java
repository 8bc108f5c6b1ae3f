package dev.parley.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

/** Writes and reads one message in one {@link Codec}. Stateless. */
sealed interface MessageCodec permits ProtoCodec, JsonCodec {

    /** Which one. */
    Codec codec();

    /** The message's bytes behind {@code room} zeros, so that a prefix fits into the same array. */
    byte[] encode(Message message, int room);

    /** The message in these bytes. */
    Message decode(Message prototype, byte[] bytes, int offset, int length) throws InvalidProtocolBufferException;
}
