package dev.parley.broker;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Handler;
import dev.parley.Interceptor;

/** Says what may be wrong with a URI where a connection fails in a way that points at it. */
final class TransportHints implements Interceptor {

    private final boolean secure;

    TransportHints(boolean secure) {
        this.secure = secure;
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        try {
            return next.handle(call, request);
        } catch (CallException e) {
            String hint = hint(e.message());
            throw hint.isEmpty()
                    ? e
                    : new CallException(
                            e.code(), e.message() + hint, e, e.details(), e.metadata(), e.origin(), e.retryAdvice());
        }
    }

    private String hint(String message) {
        if (!secure) {
            return message.contains("no HTTP/2 settings") ? "; a broker that speaks TLS is parleys://host:port" : "";
        }
        if (!message.contains("TLS handshake")) {
            return "";
        }
        return message.contains("certif") || message.contains("subject alternative")
                ? "; the URI's option cacert=FILE names the authorities to trust, cert=FILE and key=FILE what the client shows"
                : "; a broker that speaks no TLS is parley://host:port";
    }
}
