package dev.parley.http;

import io.netty.buffer.ByteBuf;

/**
 * Where blocks of headers begin and end in what an HTTP/2 client sends. Netty tells of a block once it is whole, and until
 * then takes nothing else from the connection (RFC 9113, 4.3): one that comes byte by byte would hold it for as long as it
 * likes. The first frame counts as a block, since nothing may come before it. Looks at the nine octets in front of a frame
 * only, and keeps nothing of what is behind them.
 */
final class Http2Blocks {

    private static final int PREFACE = 24;
    private static final int FRAME_HEAD = 9;
    private static final int HEADERS = 1;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 4;

    private int toSkip = PREFACE;
    private int headRead;
    private int length;
    private int type = -1;
    private int flags;
    private boolean open = true;
    private long since = System.nanoTime();

    /** More from the client; nothing is taken from {@code in}. */
    void read(ByteBuf in, long now) {
        int end = in.writerIndex();
        for (int at = in.readerIndex(); at < end; ) {
            if (toSkip > 0) {
                int skipped = Math.min(toSkip, end - at);
                toSkip -= skipped;
                at += skipped;
            } else if (headRead == 0 && end - at >= FRAME_HEAD) {
                head(in.getLong(at), now); // all but the last octet of the stream's number
                at += FRAME_HEAD;
            } else {
                head(in.getUnsignedByte(at++), now);
            }
            if (toSkip == 0 && headRead == 0 && type >= 0) {
                boolean ends = (flags & END_HEADERS) != 0;
                open = isBlock() && !ends;
                type = -1;
            }
        }
    }

    private void head(long octets, long now) {
        toSkip = (int) (octets >>> 40);
        type = (int) (octets >>> 32) & 0xff;
        flags(octets >>> 24, now);
    }

    private void flags(long octet, long now) {
        flags = (int) octet & 0xff;
        if (isBlock() && !open) {
            open = true;
            since = now;
        }
    }

    private void head(int octet, long now) {
        switch (headRead++) {
            case 0, 1, 2 -> length = (length << 8 | octet) & 0xffffff;
            case 3 -> type = octet;
            case 4 -> flags(octet, now);
            case FRAME_HEAD - 1 -> {
                headRead = 0;
                toSkip = length;
                length = 0;
            }
            default -> {} // the stream's number
        }
    }

    private boolean isBlock() {
        return type == HEADERS || type == CONTINUATION;
    }

    /** Whether one has begun and not ended. */
    boolean isOpen() {
        return open;
    }

    /** When it began, if there is one. */
    long since() {
        return since;
    }
}
