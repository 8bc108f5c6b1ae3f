package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Messages;
import dev.parley.Metadata;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The body of a request or response: bytes at hand, a stream of chunks, or what arrives from the network. Used once, by
 * one thread at a time.
 *
 * <p>A received body is bounded: {@link #readAll()} and {@link #chunks()} fail with 413 once more bytes came than the
 * server's limit ({@link HttpLimits#maxBodyBytes()}), unless {@link #limit} set another one first. Not reading is
 * back-pressure to the sender.
 */
public abstract sealed class Body permits Body.Bytes, Body.Stream, Body.Upgrade, ReceivedBody {

    private static final byte[] NOTHING = {};

    Body() {}

    /** No body. */
    public static Body empty() {
        return new Bytes(NOTHING, new Metadata());
    }

    /** These bytes, not copied. */
    public static Body of(byte[] bytes) {
        return new Bytes(bytes, new Metadata());
    }

    /** These bytes, not copied, and trailers behind them. */
    public static Body of(byte[] bytes, Metadata trailers) {
        return new Bytes(bytes, trailers);
    }

    /** Chunks that are sent as they come; each array is the network's once sent. */
    public static Body stream(Messages<byte[]> chunks) {
        return new Stream(chunks, Metadata::new);
    }

    /** Chunks that are sent as they come, and trailers that are asked for once the chunks have ended. */
    public static Body stream(Messages<byte[]> chunks, Supplier<Metadata> trailers) {
        return new Stream(chunks, trailers);
    }

    /** How many bytes, if that is known: at hand, or declared by the peer. */
    public abstract OptionalLong length();

    /**
     * All bytes that are left, waiting for them.
     *
     * @throws HttpException 413 past the limit
     * @throws CallException if the peer failed, left, or the call was cancelled
     */
    public abstract byte[] readAll();

    /** The bytes as they come, in chunks of the network's size. */
    public abstract Messages<byte[]> chunks();

    /** The trailers; complete only once the body has been read to its end. */
    public abstract Metadata trailers();

    /** Sets the most bytes that may be received, {@link Long#MAX_VALUE} for no limit. Before the first read. */
    public abstract Body limit(long bytes);

    /**
     * This body with {@code around} put around its chunks, for instance with something in place while they are made; a body that
     * is no {@linkplain #stream stream} of this process stays as it is.
     */
    public Body around(UnaryOperator<Messages<byte[]>> around) {
        return this;
    }

    /** Gives the body up; a received one is cancelled if it has not ended. */
    public abstract void close();

    /** Whether all of it is here, so that it can be read, and sent, any number of times; not so a stream. */
    public final boolean isAtHand() {
        return this instanceof Bytes;
    }

    /** Bytes at hand. */
    static final class Bytes extends Body {
        final byte[] bytes;
        private final Metadata trailers;

        Bytes(byte[] bytes, Metadata trailers) {
            this.bytes = bytes;
            this.trailers = trailers;
        }

        @Override
        public OptionalLong length() {
            return OptionalLong.of(bytes.length);
        }

        @Override
        public byte[] readAll() {
            return bytes;
        }

        @Override
        public Messages<byte[]> chunks() {
            return bytes.length == 0 ? Messages.of() : Messages.of(bytes);
        }

        @Override
        public Metadata trailers() {
            return trailers;
        }

        @Override
        public Body limit(long most) {
            return this;
        }

        @Override
        public void close() {}
    }

    /** No body: behind this response the connection speaks another protocol (RFC 9110, 7.8). */
    static final class Upgrade extends Body {
        final Takeover takeover;

        Upgrade(Takeover takeover) {
            this.takeover = takeover;
        }

        @Override
        public OptionalLong length() {
            return OptionalLong.empty();
        }

        @Override
        public byte[] readAll() {
            return NOTHING;
        }

        @Override
        public Messages<byte[]> chunks() {
            return Messages.of();
        }

        @Override
        public Metadata trailers() {
            return new Metadata();
        }

        @Override
        public Body limit(long most) {
            return this;
        }

        @Override
        public void close() {}
    }

    /** Chunks of this process. */
    static final class Stream extends Body {
        private final Messages<byte[]> chunks;
        private final Supplier<Metadata> trailers;

        Stream(Messages<byte[]> chunks, Supplier<Metadata> trailers) {
            this.chunks = chunks;
            this.trailers = trailers;
        }

        @Override
        public OptionalLong length() {
            return OptionalLong.empty();
        }

        @Override
        public byte[] readAll() {
            java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
            chunks.drain(all::writeBytes);
            return all.toByteArray();
        }

        @Override
        public Messages<byte[]> chunks() {
            return chunks;
        }

        @Override
        public Metadata trailers() {
            return trailers.get();
        }

        @Override
        public Body limit(long most) {
            return this;
        }

        @Override
        public Body around(UnaryOperator<Messages<byte[]>> around) {
            return new Stream(around.apply(chunks), trailers);
        }

        @Override
        public void close() {
            chunks.close();
        }
    }
}
