package dev.parley.http;

import dev.parley.CallException;
import dev.parley.Metadata;

/** What a connection does for one exchange of a client. On the loop, but for {@link #consumed} and {@link #waits}. */
interface ClientStream {

    /** Writes the head and no end. */
    void writeHead();

    /** Writes head, body and end. */
    void writeWhole(byte[] body, Metadata trailers);

    /** Writes bytes of the body; they are released from the exchange's window once out. */
    void writeData(byte[] bytes);

    /** Writes the end. */
    void writeEnd(Metadata trailers);

    /** Stops the exchange: RST_STREAM, or the connection is closed. */
    void reset(CallException reason);

    /** The reader has taken these bytes. Any thread. */
    void consumed(int bytes);

    /** The reader has taken all there is, and waits for more. Any thread. */
    default void waits() {}
}
