package dev.parley.http;

import dev.parley.Handler;
import dev.parley.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** What every connection of one server shares. */
record ServerContext(
        Handler<HttpRequest, HttpResponse> handler,
        Function<HttpRequest, Optional<Duration>> timeout,
        HttpLimits limits,
        Dispatch dispatch,
        ThreadFactory threads,
        AtomicInteger active,
        List<ExchangeFilter> filters,
        Upstreams upstreams) {

    /** The timeout function of a server that has none. */
    static final Function<HttpRequest, Optional<Duration>> NO_TIMEOUT = request -> Optional.empty();

    private static final Map<String, Method> METHODS = new ConcurrentHashMap<>();

    /** Whether somebody has to be asked; it takes all headers of the request. */
    boolean hasTimeout() {
        return !timeout.equals(NO_TIMEOUT);
    }

    /** The call's method for a verb. */
    static Method method(String verb) {
        Method known = METHODS.get(verb);
        if (known != null) {
            return known;
        }
        Method made = Method.unary("http", verb);
        // A client can invent verbs without end; only so many are worth keeping.
        if (METHODS.size() < 32) {
            METHODS.put(verb, made);
        }
        return made;
    }
}
