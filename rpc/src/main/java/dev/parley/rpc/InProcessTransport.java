package dev.parley.rpc;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Calls a server's handler as a network would: on a thread of its own, in a call that shares nothing with the caller's,
 * with bodies passed on through bounded pipes.
 */
final class InProcessTransport implements Handler<HttpRequest, HttpResponse> {

    private final Handler<HttpRequest, HttpResponse> server;
    private final Function<HttpRequest, Optional<Duration>> timeout;

    InProcessTransport(Handler<HttpRequest, HttpResponse> server, Function<HttpRequest, Optional<Duration>> timeout) {
        this.server = server;
        this.timeout = timeout;
    }

    @Override
    public HttpResponse handle(Call call, HttpRequest request) throws Exception {
        return new InProcessExchange(server, call, request, timeout).start();
    }
}
