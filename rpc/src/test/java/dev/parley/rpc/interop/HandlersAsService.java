package dev.parley.rpc.interop;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.rpc.interop.v1.Answer;
import dev.parley.rpc.interop.v1.Ask;
import dev.parley.rpc.interop.v1.InteropService;

/** The service answered by handlers of texts: what a suite that knows nothing of protobuf brings along. */
record HandlersAsService(
        Handler<String, String> unary,
        Handler<String, Messages<String>> serverStreaming,
        Handler<Messages<String>, String> clientStreaming,
        Handler<Messages<String>, Messages<String>> bidi)
        implements InteropService {

    private static <Q, R> R answer(Handler<Q, R> handler, Q request) {
        try {
            return handler.handle(Call.current(), request);
        } catch (Exception e) {
            throw CallException.from(e);
        }
    }

    static Ask ask(String text) {
        return Ask.newBuilder().setText(text).build();
    }

    static Answer answer(String text) {
        return Answer.newBuilder().setText(text).build();
    }

    @Override
    public Answer unary(Ask request) {
        return answer(answer(unary, request.getText()));
    }

    @Override
    public Answer look(Ask request) {
        return unary(request);
    }

    @Override
    public Messages<Answer> serverStream(Ask request) {
        return answer(serverStreaming, request.getText()).map(HandlersAsService::answer);
    }

    @Override
    public Answer clientStream(Messages<Ask> requests) {
        return answer(answer(clientStreaming, requests.map(Ask::getText)));
    }

    @Override
    public Messages<Answer> bidi(Messages<Ask> requests) {
        return answer(bidi, requests.map(Ask::getText)).map(HandlersAsService::answer);
    }
}
