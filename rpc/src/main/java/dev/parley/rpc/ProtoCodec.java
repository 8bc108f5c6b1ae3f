package dev.parley.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.io.IOException;

/** Protobuf's binary format. */
enum ProtoCodec implements MessageCodec {
    INSTANCE;

    @Override
    public Codec codec() {
        return Codec.PROTO;
    }

    @Override
    public byte[] encode(Message message, int room) {
        int size = message.getSerializedSize();
        byte[] bytes = new byte[room + size];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes, room, size);
        try {
            message.writeTo(out);
        } catch (IOException e) {
            throw new AssertionError("writing to an array failed", e);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }

    @Override
    public Message decode(Message prototype, byte[] bytes, int offset, int length)
            throws InvalidProtocolBufferException {
        return prototype.getParserForType().parseFrom(bytes, offset, length);
    }
}
