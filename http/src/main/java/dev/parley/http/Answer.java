package dev.parley.http;

import dev.parley.CallException;
import io.netty.buffer.ByteBuf;

/**
 * What answers one request on a connection of a server: a {@linkplain ServerExchange handler's exchange} or the {@linkplain
 * Lane raw lane}. On the loop, but for {@link #isFinished}'s readers.
 */
interface Answer {

    /** Begins to answer; the read that brought the head is over. */
    void start();

    /** Bytes of the body, the caller's. Whether they are kept, and count until they are reported as consumed. */
    boolean data(ByteBuf data);

    /**
     * The end of the body.
     *
     * @throws IllegalArgumentException if a trailer holds what no header may
     */
    void end(Fields trailers);

    /** The body is broken; the request gets an error. */
    void bodyFailed(CallException reason);

    /** Whether the body has come to its end. */
    boolean isBodyEnded();

    /** The client has sent or read something. */
    void touched(long nanos);

    /** When something was last sent or received. */
    long lastActivity();

    /** Whether the answer has been written, or given up. */
    boolean isFinished();

    /** Cancels it; the reason may still be answered with. False if it had been cancelled before. */
    boolean cancel(CallException reason);

    /** Gives the response up in the middle. */
    void breakOff(CallException reason);

    /** The client left, or the connection was lost. */
    void gone(CallException reason);

    /** One on HTTP/1.1, whose connection has to know whether it goes on. */
    interface OnHttp1 extends Answer {

        /** The connection is closed behind the answer. */
        void closeAfter();

        /** Whether it is. */
        boolean closes();

        /** Whether the answer was written to its end. */
        boolean isAnswered();
    }
}
