package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.Sink;
import dev.parley.http.Body;
import dev.parley.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * The body of a streamed answer. The engine drains it on the handler's thread: that runs the handler's stream inside its
 * call, one envelope a message, and ends the call behind the last of them. An error becomes the end that the protocol
 * has for it; the body itself only fails if the peer has gone.
 */
final class ResponseStream {

    /** How a protocol ends a stream. */
    interface End {
        /** Says in the head what messages will be compressed by; the handler has set its headers. */
        ResponsePacking packing(Metadata head);

        /** These bytes of the body as they go out. */
        default byte[] wire(byte[] bytes) {
            return bytes;
        }

        /** The last bytes of the body; none for a protocol with trailers. */
        byte[] lastBytes(@Nullable CallException error);

        /** The trailers behind it. */
        Metadata trailers(@Nullable CallException error);
    }

    private final CallScope call;
    private final Messages<? extends Message> messages;
    private final MessageCodec codec;
    private final Metadata headers;
    private final End end;
    private @Nullable ResponsePacking packing;
    private @Nullable CallException error;
    private @Nullable CallException peerGone;

    private ResponseStream(
            CallScope call, Messages<? extends Message> messages, MessageCodec codec, Metadata headers, End end) {
        this.call = call;
        this.messages = messages;
        this.codec = codec;
        this.headers = headers;
        this.end = end;
    }

    static HttpResponse of(
            CallScope call, Messages<? extends Message> messages, MessageCodec codec, Metadata headers, End end) {
        ResponseStream stream = new ResponseStream(call, messages, codec, headers, end);
        Messages<byte[]> chunks = Messages.<byte[]>produce(stream::produce).onClose(stream::closed);
        // The handler may set headers until its first message, so the head waits for that.
        return new HttpResponse(200, headers, Body.stream(chunks, stream::trailers), true);
    }

    private void produce(Sink<? super byte[]> sink) {
        try {
            call.run(
                    (scope, stream) -> {
                        stream.drain(message -> send(sink, readyHead().envelope(codec, message)));
                        return Outcome.OK;
                    },
                    messages);
        } catch (Throwable thrown) {
            if (peerGone != null) {
                throw peerGone;
            }
            error = ServerCall.error(call.method(), call, thrown);
        }
        readyHead();
        byte[] last = end.lastBytes(error);
        if (last.length > 0) {
            send(sink, last);
        }
        call.end(error == null ? Outcome.OK : Outcome.failed(error));
    }

    private void send(Sink<? super byte[]> sink, byte[] bytes) {
        try {
            sink.send(end.wire(bytes));
        } catch (CallException e) {
            peerGone = e;
            throw e;
        }
    }

    private ResponsePacking readyHead() {
        ResponsePacking known = packing;
        if (known == null) {
            ReservedHeaders.copy(call.responseHeaders(), headers);
            known = end.packing(headers);
            packing = known;
        }
        return known;
    }

    private Metadata trailers() {
        return end.trailers(error);
    }

    /** Behind the drain, or instead of it if the peer left before. */
    private void closed(Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            messages.close();
            call.cancel(failed.error());
            call.end(outcome);
        }
    }
}
