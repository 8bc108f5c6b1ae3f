package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;

/** Nothing at all, where nobody listens. */
final class Off implements Interceptor {

    static final Off INSTANCE = new Off();

    private Off() {}

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        return next.handle(call, request);
    }

    @Override
    public <Q, R> Handler<Q, R> before(Handler<Q, R> handler) {
        return handler;
    }
}
