package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A body as it comes from the network: the event loop {@linkplain #offer offers}, one blocking thread reads. What has
 * been read is reported back, which is what opens the sender's window again.
 */
final class ReceivedBody extends Body {

    /** What the connection hears of the reader. Any thread. */
    interface Reader {
        /** The reader waits for its first byte: the moment for 100-continue. */
        default void firstRead() {}

        /** The reader has taken all there is, and waits for more. */
        default void waits() {}

        /** These bytes have left the buffer. */
        void consumed(int bytes);

        /** The reader leaves before the end. */
        void abandoned(CallException reason);
    }

    private static final int SMALL = 256;
    private static final int TAIL = 2048;

    private final Reader reader;
    private final long declared;
    private final Parking parking = new Parking();
    private long limit;
    private long received;
    private boolean started;
    private @Nullable Messages<byte[]> chunks;

    // Guarded by this.
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>(2);
    // Small pieces behind the queue, put together: an array for each byte would be thirty times what the window allows.
    private byte @Nullable [] tail;
    private int tailBytes;
    private Metadata trailers = new Metadata();
    private boolean ended;
    private boolean discarding;
    private @Nullable CallException failure;

    /** {@code declared}: the content length, or -1. */
    ReceivedBody(Reader reader, long declared, long limit) {
        this.reader = reader;
        this.declared = declared;
        this.limit = limit;
    }

    // ---- the loop's side

    Reader reader() {
        return reader;
    }

    /** More bytes, now the body's. False if nobody will read them. */
    boolean offer(byte[] bytes) {
        synchronized (this) {
            if (discarding || failure != null) {
                return false;
            }
            if (bytes.length <= SMALL && !isEmpty()) {
                append(bytes);
            } else {
                flushTail();
                queue.add(bytes);
            }
        }
        parking.wake();
        return true;
    }

    private boolean isEmpty() {
        return queue.isEmpty() && tail == null;
    }

    private void append(byte[] bytes) {
        byte[] to = tail;
        if (to == null || tailBytes + bytes.length > to.length) {
            flushTail();
            to = new byte[TAIL];
            tail = to;
        }
        System.arraycopy(bytes, 0, to, tailBytes, bytes.length);
        tailBytes += bytes.length;
    }

    private void flushTail() {
        byte[] full = tail;
        if (full != null) {
            queue.add(tailBytes == full.length ? full : Arrays.copyOf(full, tailBytes));
            tail = null;
            tailBytes = 0;
        }
    }

    private byte @Nullable [] poll() {
        if (queue.isEmpty()) {
            flushTail();
        }
        return queue.poll();
    }

    /** The end, with trailers. */
    void end(Metadata last) {
        synchronized (this) {
            trailers = last;
            ended = true;
        }
        parking.wake();
    }

    /** The sender failed or left; what was received before can still be read. */
    void fail(CallException reason) {
        synchronized (this) {
            if (!ended && failure == null) {
                failure = reason;
            }
        }
        parking.wake();
    }

    /** Whoever reads has taken all there is. */
    synchronized boolean hasNothingToRead() {
        return isEmpty();
    }

    synchronized boolean isEnded() {
        return ended;
    }

    // ---- the reader's side

    @Override
    public OptionalLong length() {
        return declared >= 0 ? OptionalLong.of(declared) : OptionalLong.empty();
    }

    @Override
    public byte[] readAll() {
        checkDeclared();
        byte[] first = next();
        if (first == null) {
            return new byte[0];
        }
        byte[] second = next();
        if (second == null) {
            return first;
        }
        ArrayDeque<byte[]> parts = new ArrayDeque<>();
        parts.add(first);
        int size = first.length;
        for (byte[] part = second; part != null; part = next()) {
            parts.add(part);
            size = Math.addExact(size, part.length);
        }
        byte[] all = new byte[size];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    @Override
    public Messages<byte[]> chunks() {
        Messages<byte[]> current = chunks;
        if (current == null) {
            checkDeclared();
            current = Messages.pull(new Messages.Source<byte[]>() {
                @Override
                public byte @Nullable [] receive() {
                    return next();
                }

                @Override
                public void cancel(CallException reason) {
                    abandon(reason);
                }
            });
            chunks = current;
        }
        return current;
    }

    private void checkDeclared() {
        if (declared > limit) {
            throw tooLarge("declares " + declared + " bytes");
        }
    }

    private byte @Nullable [] next() {
        if (!ready()) {
            awaitMore();
        }
        started = true;
        byte[] bytes;
        synchronized (this) {
            bytes = poll();
            if (bytes == null) {
                if (failure != null) {
                    throw failure;
                }
                return null;
            }
        }
        received += bytes.length;
        reader.consumed(bytes.length);
        if (received > limit) {
            throw tooLarge("is larger");
        }
        return bytes;
    }

    private void awaitMore() {
        if (started) {
            reader.waits();
        } else {
            reader.firstRead();
        }
        try {
            parking.await(this::ready);
        } catch (InterruptedException e) {
            throw CallException.interrupted(e, "the body");
        }
    }

    private synchronized boolean ready() {
        return !isEmpty() || ended || failure != null;
    }

    private CallException tooLarge(String what) {
        HttpException error = new HttpException(
                413, Code.RESOURCE_EXHAUSTED, "the body " + what + "; the limit is " + limit + " bytes");
        abandon(error);
        return error;
    }

    @Override
    public synchronized Metadata trailers() {
        return trailers;
    }

    @Override
    public Body limit(long bytes) {
        limit = bytes;
        return this;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (discarding || (ended && isEmpty())) {
                return; // as a rule: nothing is given up, and no reason need be made
            }
        }
        abandon(new CallException(Code.CANCELLED, "the body was closed before its end"));
    }

    private void abandon(CallException reason) {
        boolean early;
        synchronized (this) {
            if (discarding) {
                return;
            }
            discarding = true;
            early = !ended && failure == null;
            if (failure == null && (early || !isEmpty())) {
                failure = reason;
            }
            queue.clear();
            tail = null;
            tailBytes = 0;
        }
        parking.wake();
        if (early) {
            reader.abandoned(reason);
        }
    }
}
