package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Metadata;
import dev.parley.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/** One protocol in one codec, as a client speaks it. How a call goes on in between is {@link Outbound}'s. */
interface ClientProtocol {

    /** The headers of a request, those of the call's that may be sent included. */
    Metadata headers(Call call);

    /** One request message as a part of the body, or all of it. */
    byte[] encode(Message message);

    /**
     * The one message of a response; also keeps its metadata in {@code call}.
     *
     * @throws CallException the error that the server answered with, or what is wrong with its answer
     */
    Message readOne(Call call, Message prototype, HttpResponse response);

    /** The messages of a response; also keeps its metadata in {@code call}. */
    Reader readMany(Call call, Message prototype, HttpResponse response);

    /** Reads a stream of messages. */
    @FunctionalInterface
    interface Reader {
        /**
         * The next message, or null at the end.
         *
         * @throws CallException the error that the stream ended with
         */
        @Nullable
        Message next();
    }
}
