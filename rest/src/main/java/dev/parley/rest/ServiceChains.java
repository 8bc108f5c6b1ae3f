package dev.parley.rest;

import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Method;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A client's exchange behind its interceptors and policies: once for each method. Whoever builds paths by hand has endless
 * methods; those behind the first thousand share one.
 */
final class ServiceChains {

    private static final int MOST = 1_000;

    private final ServiceSettings settings;
    private final Handler<HttpRequest, HttpResponse> exchange;
    private final Handler<HttpRequest, HttpResponse> others;
    private final Map<String, Handler<HttpRequest, HttpResponse>> known = new ConcurrentHashMap<>();

    ServiceChains(ServiceSettings settings, Handler<HttpRequest, HttpResponse> exchange) {
        this.settings = settings;
        this.exchange = exchange;
        this.others = create(Method.unary(settings.name(), "other"));
    }

    Handler<HttpRequest, HttpResponse> of(Method method) {
        Handler<HttpRequest, HttpResponse> handler = known.get(method.name());
        if (handler != null) {
            return handler;
        }
        return known.size() >= MOST ? others : known.computeIfAbsent(method.name(), name -> create(method));
    }

    private Handler<HttpRequest, HttpResponse> create(Method method) {
        return Interceptor.chain(settings.interceptors(), settings.chain().around(method, exchange));
    }
}
