package dev.parley.tck;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import java.util.function.UnaryOperator;

/** An interceptor that puts another stream in place of each stream of responses. */
record OnResponses(UnaryOperator<Messages<Object>> change) implements Interceptor {

    @Override
    @SuppressWarnings("unchecked") // a stream of R's messages for a stream of R's messages
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        R response = next.handle(call, request);
        return response instanceof Messages<?> messages ? (R) change.apply((Messages<Object>) messages) : response;
    }
}
