package dev.parley.tck;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;

class PassThroughTest extends InterceptorSuite {

    @Override
    protected Interceptor interceptor() {
        return new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                return next.handle(call, request);
            }
        };
    }
}
