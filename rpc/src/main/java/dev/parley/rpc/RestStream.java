package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.Sink;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpResponse;
import dev.parley.http.ResponseException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The body of a streamed answer in lines, as an array, or of raw bytes. The engine drains it on the handler's thread: that
 * runs the handler's stream inside its call and ends the call behind the last message. An error before the first message is
 * answered as that of a unary call; one behind it is the last line, or breaks the response off where the format has no place
 * for it. What the method leaves as trailers follows as HTTP's.
 */
final class RestStream {

    private static final byte[] NOTHING = {};
    private static final byte[] NEWLINE = {'\n'};

    private final CallScope call;
    private final Messages<? extends Message> messages;
    private final RestFormat format;
    private final RestProtocol protocol;
    private final Metadata headers = new Metadata();
    private boolean begun;
    private @Nullable CallException peerGone;

    private RestStream(CallScope call, Messages<? extends Message> messages, RestFormat format, RestProtocol protocol) {
        this.call = call;
        this.messages = messages;
        this.format = format;
        this.protocol = protocol;
    }

    static HttpResponse of(
            CallScope call, Messages<? extends Message> messages, RestFormat format, RestProtocol protocol) {
        RestStream stream = new RestStream(call, messages, format, protocol);
        Messages<byte[]> chunks = Messages.<byte[]>produce(stream::produce).onClose(stream::closed);
        // The handler may set headers until its first message, so the head waits for that.
        return new HttpResponse(
                call.attributes().get(Rest.STATUS).orElse(200),
                stream.headers,
                Body.stream(chunks, stream::trailers),
                true);
    }

    private void produce(Sink<? super byte[]> sink) {
        CallException error = null;
        try {
            call.run(
                    (scope, stream) -> {
                        stream.drain(message -> write(sink, message));
                        return Outcome.OK;
                    },
                    messages);
        } catch (Throwable thrown) {
            if (peerGone != null) {
                throw peerGone;
            }
            error = ServerCall.error(call.method(), call, thrown);
        }
        if (error == null) {
            end(sink);
            call.end(Outcome.OK);
        } else {
            fail(sink, error);
        }
    }

    private void write(Sink<? super byte[]> sink, Message message) {
        byte[] body = protocol.body(message);
        MessageEvents.sent(call, message, body.length, body.length);
        boolean first = !begun;
        begin(protocol.contentType(message));
        switch (format) {
            case ARRAY -> send(sink, joined(bytes(first ? "[" : ","), body, NOTHING));
            case RAW -> send(sink, body);
            default -> send(sink, joined(NOTHING, body, NEWLINE));
        }
    }

    private void end(Sink<? super byte[]> sink) {
        boolean empty = !begun;
        begin(format.contentType());
        if (format == RestFormat.ARRAY) {
            send(sink, bytes(empty ? "[]" : "]"));
        }
    }

    private void fail(Sink<? super byte[]> sink, CallException error) {
        if (begun && format == RestFormat.LINES) {
            send(sink, bytes("{\"error\":" + protocol.problem(error) + "}\n"));
            call.end(Outcome.failed(error));
            return;
        }
        HttpResponse answer = protocol.failed(call, error);
        call.end(Outcome.failed(error));
        throw begun
                ? new HttpException(HttpException.statusOf(error), error.code(), error.message())
                : new ResponseException(answer, error);
    }

    private void begin(String contentType) {
        if (!begun) {
            begun = true;
            headers.put("content-type", contentType);
            if (format != RestFormat.RAW) {
                headers.put("vary", "accept");
            }
            ReservedHeaders.copy(call.responseHeaders(), headers);
        }
    }

    private void send(Sink<? super byte[]> sink, byte[] bytes) {
        try {
            sink.send(bytes);
        } catch (CallException e) {
            peerGone = e;
            throw e;
        }
    }

    private Metadata trailers() {
        Metadata trailers = new Metadata();
        ReservedHeaders.copy(call.responseTrailers(), trailers);
        return trailers;
    }

    /** Behind the drain, or instead of it if the peer left before. */
    private void closed(Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            messages.close();
            call.cancel(failed.error());
            call.end(outcome);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[] before, byte[] value, byte[] behind) {
        byte[] all = Arrays.copyOf(before, before.length + value.length + behind.length);
        System.arraycopy(value, 0, all, before.length, value.length);
        System.arraycopy(behind, 0, all, before.length + value.length, behind.length);
        return all;
    }
}
