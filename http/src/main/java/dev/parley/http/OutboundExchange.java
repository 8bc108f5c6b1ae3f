package dev.parley.http;

import dev.parley.CallException;
import io.netty.buffer.ByteBuf;

/**
 * An exchange of a client as its origin and its connection see it: one that a thread of {@link HttpClient} waits for, or
 * one that a server passes on. On the loop.
 */
interface OutboundExchange {

    /** Nothing more is to be done for it. */
    boolean isDone();

    /** It has been given to its origin, and may wait for a connection. */
    void begin();

    /** A connection has taken it: write the request to {@code on}. */
    void sent(ClientStream on);

    /** These bytes of the request's body are out, or dropped. */
    void written(int bytes);

    /** An interim response (1xx) other than 101. */
    default void interim(int status, Fields headers) {}

    /** The peer switches protocols (101); from now on {@link #receivedData} brings raw bytes. False if nobody asked for it. */
    default boolean switched(Fields headers) {
        return false;
    }

    /** The head of the response. */
    void received(int status, Fields headers);

    /** Bytes of the body, the caller's. Whether they are kept, to be reported by {@link ClientStream#consumed}. */
    boolean receivedData(ByteBuf data);

    /** The response has come to its end. */
    void complete(Fields trailers);

    /** A read is over: who waits can be told. */
    void wake();

    /** A connection that had served others was lost before any of the answer came. Whether to try another, once. */
    default boolean sendAgain() {
        return false;
    }

    /** Ends it if nothing has come, or gone, for {@code limit} nanoseconds. */
    default void checkSilence(long now, long limit) {}

    /** Nothing more will come. {@code reset}: the peer is to be told. */
    void fail(CallException reason, boolean reset);
}
