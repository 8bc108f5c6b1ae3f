package dev.parley.rest;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Timer;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.RequestTimeout;
import java.util.List;

/** What stands at a node of the tree of routes. */
sealed interface Endpoint {

    /** Answers; what it throws becomes a problem. */
    HttpResponse answer(Call http, HttpRequest request, RequestPath path) throws Exception;

    /**
     * A route in its call, which is a part of HTTP's and has the route for a method.
     *
     * @param chain the handler behind its interceptors; a handler's null is in it as {@link #NOTHING}
     */
    record OfRoute(
            Route route,
            PathTemplate template,
            Method method,
            Handler<RestRequest, Object> chain,
            BodyReader bodies,
            ResponseEncoder encoder)
            implements Endpoint {

        static final Reply<Object> NOTHING = Reply.noContent();

        @Override
        public HttpResponse answer(Call http, HttpRequest request, RequestPath path) {
            long most = route.described().maxBodyBytes;
            if (most >= 0) {
                request.body().limit(most);
            }
            Deadline asked = asked(request);
            CallScope call = CallScope.builder(method)
                    .parent(http)
                    .receivedWith(http)
                    .requestHeaders(request.headers())
                    .deadline(http.deadline().earlier(asked))
                    .peer(http.peer())
                    .attributes(http.attributes())
                    .build();
            if (!asked.isNone()) {
                call.armDeadline(Timer.system()); // HTTP's own is guarded by the engine
            }
            try {
                RestRequest received = new RestRequest(call, request, route, template, path, bodies);
                return encoder.encode(http, call, received, call.run(chain, received));
            } catch (Throwable thrown) {
                ErrorMapping.Answered answered = encoder.errors().answer(method, call, thrown);
                CallException error = answered.error();
                call.end(Outcome.failed(error));
                return answered.response();
            }
        }

        /** How long the caller waits, if it says so. */
        private static Deadline asked(HttpRequest request) {
            try {
                return RequestTimeout.read(request.headers(), RequestTimeout.HEADER)
                        .map(Deadline::after)
                        .orElse(Deadline.NONE);
            } catch (CallException malformed) {
                String value = request.headers().get(RequestTimeout.HEADER).orElse("");
                throw ProblemException.field(
                        "header",
                        RequestTimeout.HEADER,
                        "must be milliseconds in up to ten digits, but is " + Shown.quoted(value));
            }
        }

        /** The innermost of the chain. */
        static Handler<RestRequest, Object> innermost(Route route) {
            List<Parameter<?>> parameters = route.described().parameters;
            RouteHandler handler = route.handler();
            return (call, request) -> {
                ResponseEncoder.checkAccept(request);
                for (Parameter<?> parameter : parameters) {
                    request.get(parameter);
                }
                Object result = handler.handle(request);
                return result == null ? NOTHING : result;
            };
        }
    }

    /**
     * All below a prefix, for a handler of its own, which sees the path without the prefix.
     *
     * @param depth how many segments the prefix has
     */
    record Mounted(int depth, Handler<HttpRequest, HttpResponse> handler) implements Endpoint {
        @Override
        public HttpResponse answer(Call http, HttpRequest request, RequestPath path) throws Exception {
            String query = request.query();
            String target = path.rawFrom(depth) + (query.isEmpty() ? "" : "?" + query);
            return handler.handle(
                    http,
                    new HttpRequest(
                            request.method(),
                            request.scheme(),
                            request.authority(),
                            target,
                            request.headers(),
                            request.body()));
        }
    }

    /** A mount's prefix without its slash: relative links of what is there would lead elsewhere. */
    record AddSlash() implements Endpoint {
        @Override
        public HttpResponse answer(Call http, HttpRequest request, RequestPath path) {
            String query = request.query();
            // Relative, because a proxy in front may have taken a prefix away.
            String last = path.rawFrom(path.segments().size() - 1);
            String location = "." + last + "/" + (query.isEmpty() ? "" : "?" + query);
            return new HttpResponse(308, Metadata.of("location", location), Body.empty());
        }
    }
}
