package dev.parley.http;

import io.netty.channel.DefaultMessageSizeEstimator;
import io.netty.channel.FileRegion;
import io.netty.channel.MessageSizeEstimator;
import io.netty.util.AbstractReferenceCounted;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * A part of a large array that goes to a socket without a copy of the whole outside the heap: as a file would, it is asked
 * for the next bytes each time the socket takes some. As a buffer, 10 MB would be copied to memory that is mapped, zeroed
 * and given back for one answer.
 */
final class HeapRegion extends AbstractReferenceCounted implements FileRegion {

    /** Arrays above this are worth it. */
    static final int LARGE = 256 << 10;

    /** Bytes of a region: as they are written one by one, a connection that is slow shows that it goes on. */
    static final int MOST = 1 << 20;

    /** Bytes offered to the socket at once, and so copied at once. */
    private static final int STEP = 128 << 10;

    /** Counts regions as what they are: Netty takes files for nothing, because they are not in memory. */
    static final MessageSizeEstimator ESTIMATOR = () -> {
        MessageSizeEstimator.Handle netty = DefaultMessageSizeEstimator.DEFAULT.newHandle();
        return message -> message instanceof HeapRegion region ? region.length : netty.size(message);
    };

    private final byte[] bytes;
    private final int from;
    private final int length;
    private int sent;

    HeapRegion(byte[] bytes, int from, int length) {
        this.bytes = bytes;
        this.from = from;
        this.length = length;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    @Deprecated
    public long transfered() {
        return sent;
    }

    @Override
    public long transferred() {
        return sent;
    }

    @Override
    public long count() {
        return length;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) throws IOException {
        int written = target.write(ByteBuffer.wrap(bytes, from + sent, Math.min(STEP, length - sent)));
        if (written > 0) {
            sent += written;
        }
        return written;
    }

    @Override
    protected void deallocate() {}

    @Override
    public FileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public FileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public FileRegion touch() {
        return this;
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }
}
