package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Messages;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a body's chunks into envelopes. A message that lies in one chunk is read where it is; of one that does not, no
 * more is allocated than has arrived, twice over, whatever its prefix claims.
 */
final class EnvelopeReader {

    private static final byte[] NOTHING = {};
    private static final int FIRST_GUESS = 64 << 10;
    private static final int METADATA_MOST = 64 << 10;

    private final Call call;
    private final Messages<byte[]> chunks;
    private final int limit;
    private final Compression compression;
    private final Side side;
    private final int allowedFlags;
    private final Supplier<CallException> truncated;
    private byte[] chunk = NOTHING;
    private int at;

    // the current envelope
    private int flags;
    private byte[] bytes = NOTHING;
    private int offset;
    private int length;
    private int compressedLength;

    EnvelopeReader(
            Call call,
            Messages<byte[]> chunks,
            int limit,
            Compression compression,
            Side side,
            int allowedFlags,
            Supplier<CallException> truncated) {
        this.call = call;
        this.chunks = chunks;
        this.limit = limit;
        this.compression = compression;
        this.side = side;
        this.allowedFlags = allowedFlags;
        this.truncated = truncated;
    }

    /** Goes on to the next envelope; false if the body ended before it began. */
    boolean next() {
        if (!fill()) {
            return false;
        }
        long claimed;
        if (chunk.length - at >= Envelope.PREFIX) {
            flags = chunk[at];
            claimed = Envelope.length(chunk, at);
            at += Envelope.PREFIX;
        } else {
            byte[] prefix = gather(Envelope.PREFIX);
            flags = prefix[0];
            claimed = Envelope.length(prefix, 0);
        }
        Envelope.checkFlags(flags, compression, side, allowedFlags);
        // The end of a stream is no message: a small limit of messages must not hide an error.
        int most = (flags & ~Envelope.COMPRESSED) == 0 ? limit : Math.max(limit, METADATA_MOST);
        if (claimed > most) {
            throw side.tooLarge(claimed, most);
        }
        length = (int) claimed;
        compressedLength = length;
        if (chunk.length - at >= length) {
            bytes = chunk;
            offset = at;
            at += length;
        } else {
            bytes = gather(length);
            offset = 0;
        }
        if ((flags & Envelope.COMPRESSED) != 0) {
            bytes = compression.inflate(bytes, offset, length, most, side);
            offset = 0;
            length = bytes.length;
        }
        return true;
    }

    /** Whether the envelope has this flag. */
    boolean is(int flag) {
        return (flags & flag) != 0;
    }

    /** The only message of the body. */
    Message only(MessageCodec codec, Message prototype) {
        if (!next()) {
            throw side.cardinality("none");
        }
        Message message = side.decode(codec, prototype, bytes, offset, length);
        MessageEvents.receivedOnly(call, side, message, length, compressedLength);
        if (next()) {
            throw side.cardinality("more");
        }
        return message;
    }

    Message message(MessageCodec codec, Message prototype) {
        Message message = side.decode(codec, prototype, bytes, offset, length);
        MessageEvents.received(call, message, length, compressedLength);
        return message;
    }

    byte[] content() {
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }

    /** Whether there is another byte. */
    boolean fill() {
        while (at == chunk.length) {
            byte[] next = chunks.receive();
            if (next == null) {
                return false;
            }
            chunk = next;
            at = 0;
        }
        return true;
    }

    private byte[] gather(int wanted) {
        byte[] gathered = new byte[Math.min(wanted, Math.max(FIRST_GUESS, chunk.length - at))];
        int have = 0;
        while (have < wanted) {
            if (!fill()) {
                throw truncated.get();
            }
            int part = Math.min(wanted - have, chunk.length - at);
            if (have + part > gathered.length) {
                gathered = Arrays.copyOf(gathered, (int) Math.min(wanted, Math.max(have + part, gathered.length * 2L)));
            }
            System.arraycopy(chunk, at, gathered, have, part);
            at += part;
            have += part;
        }
        return gathered;
    }

    /** The messages of a request's body, until it ends. */
    static Messages<Message> messages(EnvelopeReader reader, MessageCodec codec, Message prototype, Runnable cancel) {
        return Messages.pull(new Messages.Source<Message>() {
            @Override
            public @Nullable Message receive() {
                return reader.next() ? reader.message(codec, prototype) : null;
            }

            @Override
            public void cancel(CallException reason) {
                cancel.run();
            }
        });
    }
}
