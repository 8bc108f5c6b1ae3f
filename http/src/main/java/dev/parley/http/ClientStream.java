package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Metadata;
import io.netty.buffer.ByteBuf;

/** What a connection does for one exchange of a client. On the loop, but for {@link #consumed} and {@link #waits}. */
interface ClientStream {

    /** Writes the head and no end. */
    void writeHead(HttpRequest request);

    /** Writes the head of a request that is passed on, and its end if there is no body. */
    void writeHead(PassedHead request, boolean end);

    /** Writes head, body and end. */
    void writeWhole(HttpRequest request, byte[] body, Metadata trailers);

    /** Writes bytes of the body, which it takes over; {@link OutboundExchange#written} once they are out. */
    void writeData(ByteBuf data);

    /** Writes the end. */
    void writeEnd(Fields trailers);

    /** Writes bytes into a tunnel, which it takes over; {@link OutboundExchange#written} once they are out. */
    void writeRaw(ByteBuf data);

    /** Closes the tunnel behind what was written into it. */
    void endRaw();

    /** Stops the exchange: RST_STREAM, or the connection is closed. */
    void reset(CallException reason);

    /** The reader has taken these bytes. Any thread. */
    void consumed(int bytes);

    /** The reader has taken all there is, and waits for more. Any thread. */
    default void waits() {}
}
