package dev.parley.rest;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.Sink;
import dev.parley.http.Body;
import dev.parley.http.HttpException;
import dev.parley.http.HttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * The body of a streamed answer. The engine drains it on the handler's thread: that runs the handler's stream inside its
 * call and ends the call behind the last message. An error before the first message has its status; one behind it breaks
 * the response off, so that nobody takes what came for the whole.
 */
final class StreamedAnswer {

    private final CallScope call;
    private final RestRequest request;
    private final Messages<?> messages;
    private final StreamFormat format;
    private final Json json;
    private final ErrorMapping errors;
    private @Nullable CallException peerGone;

    StreamedAnswer(
            CallScope call,
            RestRequest request,
            Messages<?> messages,
            StreamFormat format,
            Json json,
            ErrorMapping errors) {
        this.call = call;
        this.request = request;
        this.messages = messages;
        this.format = format;
        this.json = json;
        this.errors = errors;
    }

    HttpResponse response(int status, Metadata headers) {
        Messages<byte[]> chunks = Messages.<byte[]>produce(this::produce).onClose(this::closed);
        return new HttpResponse(status, headers, Body.stream(chunks), true);
    }

    private void produce(Sink<? super byte[]> sink) {
        StreamFormat.Writer writer = format.writer(json, chunk -> send(sink, chunk));
        try {
            call.run(
                    (scope, stream) -> {
                        stream.drain(writer::write);
                        return Outcome.OK;
                    },
                    messages);
            writer.end();
        } catch (Throwable thrown) {
            if (peerGone != null) {
                throw peerGone;
            }
            CallException error = errors.answer(request.route(), call, thrown).error();
            call.end(Outcome.failed(error));
            throw error instanceof HttpException
                    ? error
                    : new HttpException(HttpException.statusOf(error), error.code(), error.message());
        }
        call.end(Outcome.OK);
    }

    private void send(Sink<? super byte[]> sink, byte[] chunk) {
        try {
            sink.send(chunk);
        } catch (CallException e) {
            peerGone = e;
            throw e;
        }
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
