package dev.parley.tck;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.Peer;
import dev.parley.Pipe;

/**
 * A transport without a network: the server's handler runs on a virtual thread and under a call of its own, and each
 * stream goes through a pipe with room for one message. Every kind of call is carried as a bidirectional one.
 */
final class InProcess {

    private static final Peer PEER = new Peer("in-process", "in-process");

    private final Call call;
    private final Messages<String> requests;
    private final Pipe<String> up = Messages.pipe(1);
    private final Pipe<String> down = Messages.pipe(1);
    private final CallScope scope;
    private volatile boolean serverReadsOn = true;

    private InProcess(Call call, Messages<String> requests) {
        this.call = call;
        this.requests = requests;
        this.scope = CallScope.builder(call.method())
                .requestHeaders(new Metadata(call.requestHeaders()))
                .deadline(call.deadline())
                .peer(PEER)
                .build();
    }

    static Handler<Messages<String>, Messages<String>> bidi(Handler<Messages<String>, Messages<String>> server) {
        return (call, requests) -> new InProcess(call, requests).start(server);
    }

    static Handler<String, String> unary(Handler<String, String> server) {
        var carried = bidi((call, requests) -> Messages.of(server.handle(call, first(requests))));
        return (call, request) -> only(carried.handle(call, Messages.of(request)));
    }

    static Handler<String, Messages<String>> serverStreaming(Handler<String, Messages<String>> server) {
        var carried = bidi((call, requests) -> server.handle(call, first(requests)));
        return (call, request) -> carried.handle(call, Messages.of(request));
    }

    static Handler<Messages<String>, String> clientStreaming(Handler<Messages<String>, String> server) {
        var carried = bidi((call, requests) -> Messages.of(server.handle(call, requests)));
        return (call, requests) -> only(carried.handle(call, requests));
    }

    private Messages<String> start(Handler<Messages<String>, Messages<String>> server) {
        Call.Registration onCancel = call.onCancel(this::stop);
        scope.onEnd(outcome -> onCancel.remove());
        up.messages().onClose(outcome -> serverReadsOn = false);
        down.messages().onClose(outcome -> {
            if (!outcome.isOk()) {
                scope.cancel(new CallException(Code.CANCELLED, "the client has left"));
            }
        });
        Thread.ofVirtual().name("in-process-server").start(() -> serve(server));
        Thread.ofVirtual().name("in-process-requests").start(Call.wrap(this::upload));
        return down.messages();
    }

    private void serve(Handler<Messages<String>, Messages<String>> server) {
        try {
            scope.run((inbound, received) -> drained(server.handle(inbound, received)), up.messages());
            scope.end(Outcome.OK);
            down.complete();
        } catch (Throwable thrown) {
            CallException error = scope.cancellation().orElseGet(() -> CallException.from(thrown));
            scope.end(Outcome.failed(error));
            down.fail(error);
        } finally {
            up.messages().close();
            requests.close();
        }
    }

    private Outcome drained(Messages<String> answers) {
        answers.drain(down);
        return Outcome.OK;
    }

    private void upload() {
        try {
            requests.drain(up);
            up.complete();
        } catch (CallException e) {
            if (serverReadsOn) {
                stop(e);
            }
        }
    }

    private void stop(CallException reason) {
        down.fail(reason);
        scope.cancel(reason);
        up.fail(reason);
        requests.close();
    }

    private static String first(Messages<String> requests) {
        String request = requests.receive();
        if (request == null) {
            throw new CallException(Code.INVALID_ARGUMENT, "the request is missing");
        }
        return request;
    }

    private static String only(Messages<String> answers) {
        try (answers) {
            String answer = answers.receive();
            if (answer == null || answers.receive() != null) {
                throw new CallException(Code.INTERNAL, "a call of this kind has one response");
            }
            return answer;
        }
    }
}
