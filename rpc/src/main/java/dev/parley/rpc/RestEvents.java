package dev.parley.rpc;

import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.Sink;
import dev.parley.http.HttpResponse;
import dev.parley.http.ServerSentEvent;
import dev.parley.http.ServerSentEvents;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A stream answered as server-sent events: each message the data of one, and an error the data of a last one of the type
 * {@code error}, a problem. The head is sent at once, with the headers that are set by then, and a heartbeat while there is
 * nothing to say.
 */
final class RestEvents {

    /** The type of the event that an error is. */
    static final String ERROR = "error";

    private final CallScope call;
    private final Messages<? extends Message> messages;
    private final RestProtocol protocol;
    private @Nullable CallException peerGone;

    private RestEvents(CallScope call, Messages<? extends Message> messages, RestProtocol protocol) {
        this.call = call;
        this.messages = messages;
        this.protocol = protocol;
    }

    static HttpResponse of(CallScope call, Messages<? extends Message> messages, RestProtocol protocol) {
        RestEvents events = new RestEvents(call, messages, protocol);
        HttpResponse response = ServerSentEvents.response(
                Messages.<ServerSentEvent>produce(events::produce).onClose(events::closed));
        response.headers().put("vary", "accept");
        ReservedHeaders.copy(call.responseHeaders(), response.headers());
        return response;
    }

    private void produce(Sink<? super ServerSentEvent> sink) {
        CallException error = null;
        try {
            call.run(
                    (scope, stream) -> {
                        stream.drain(message -> send(sink, event(message)));
                        return Outcome.OK;
                    },
                    messages);
        } catch (Throwable thrown) {
            if (peerGone != null) {
                throw peerGone;
            }
            error = ServerCall.error(call.method(), call, thrown);
        }
        if (error != null) {
            send(sink, ServerSentEvent.of(ERROR, protocol.problem(error)));
        }
        call.end(error == null ? Outcome.OK : Outcome.failed(error));
    }

    private ServerSentEvent event(Message message) {
        byte[] body = protocol.body(message);
        MessageEvents.sent(call, message, body.length, body.length);
        return ServerSentEvent.of(new String(body, StandardCharsets.UTF_8));
    }

    private void send(Sink<? super ServerSentEvent> sink, ServerSentEvent event) {
        try {
            sink.send(event);
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
