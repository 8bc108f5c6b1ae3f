package dev.parley.rest;

import dev.parley.CallScope;
import dev.parley.Messages;
import dev.parley.Outcome;
import dev.parley.http.HttpResponse;
import dev.parley.http.ServerSentEvent;
import dev.parley.http.ServerSentEvents;
import java.nio.charset.StandardCharsets;

/**
 * A stream answered as server-sent events: a message that is one goes out as it is, any other as the JSON in an event's
 * data. The head is sent at once, and a heartbeat while there is nothing to say.
 */
final class EventAnswer {

    private EventAnswer() {}

    static HttpResponse of(CallScope call, Messages<?> messages, Json json) {
        Messages<ServerSentEvent> events = Messages.<ServerSentEvent>produce(sink -> {
                    call.run(
                            (scope, stream) -> {
                                stream.drain(message -> sink.send(event(message, json)));
                                return Outcome.OK;
                            },
                            messages);
                    call.end(Outcome.OK);
                })
                .onClose(outcome -> closed(call, messages, outcome));
        return ServerSentEvents.response(events);
    }

    private static ServerSentEvent event(Object message, Json json) {
        return message instanceof ServerSentEvent event
                ? event
                : ServerSentEvent.of(new String(json.write(message), StandardCharsets.UTF_8));
    }

    private static void closed(CallScope call, Messages<?> messages, Outcome outcome) {
        if (outcome instanceof Outcome.Failed failed) {
            messages.close();
            call.cancel(failed.error());
            call.end(outcome);
        }
    }
}
