package dev.parley.rpc;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Pipe;
import dev.parley.rpc.reflection.ServerReflectionRequest;
import dev.parley.rpc.reflection.ServerReflectionResponse;

/** One stream to a server's reflection: question and answer in turn. */
final class ReflectionStream implements AutoCloseable {

    private final Pipe<ServerReflectionRequest> requests = Messages.pipe(1);
    private final Messages<ServerReflectionResponse> responses;

    ReflectionStream(Channel channel, ReflectionVersion version, CallOptions options) {
        this.responses = channel.call(version.info(), options, requests.messages());
    }

    ServerReflectionResponse ask(ServerReflectionRequest.Builder question) {
        try {
            requests.send(question.build());
        } catch (CallException closed) {
            // A server that answers before it reads, as one without reflection does, has closed the requests; what it
            // says stands in its answer.
            responses.receive();
            throw closed;
        }
        ServerReflectionResponse answer = responses.receive();
        if (answer == null) {
            throw new CallException(Code.INTERNAL, "the server's reflection ended before it had answered");
        }
        return answer;
    }

    @Override
    public void close() {
        requests.complete();
        responses.close();
    }
}
