package dev.parley.rest;

import dev.parley.Attributes;
import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * JSON routes: a handler for {@link dev.parley.http.HttpServer} that finds a {@link Route} by method and path, reads what it
 * asks for, and writes what it returns. Immutable and thread-safe.
 *
 * <pre>{@code
 * Routes routes = Routes.builder()
 *         .get("/users/{id}", request -> users.find(request.path("id", Long.class)))
 *         .post("/users", NewUser.class, (request, user) -> Reply.created("/users/7", users.add(user)))
 *         .mount("/static", StaticFiles.of(Path.of("web")))
 *         .build();
 * HttpServer server = HttpServer.builder().handler(routes).start();
 * }</pre>
 *
 * <table>
 * <caption>what a handler returns, and the answer</caption>
 * <tr><td>an {@link HttpResponse}</td><td>itself</td></tr>
 * <tr><td>a {@link Reply}</td><td>its status and headers, its value by this table</td></tr>
 * <tr><td>an empty {@code Optional}</td><td>404</td></tr>
 * <tr><td>null</td><td>204</td></tr>
 * <tr><td>a {@link dev.parley.Messages}</td><td>200, a stream: {@code application/x-ndjson}; one JSON array for a client
 *     that would rather have {@code application/json}, server-sent events for one that asks for {@code text/event-stream},
 *     as a browser's {@code EventSource} does, and for all if the route {@linkplain Route.Builder#returnsStream declares}
 *     a stream of {@link dev.parley.http.ServerSentEvent}</td></tr>
 * <tr><td>a {@code String}, a {@code byte[]}</td><td>200, {@code text/plain}, {@code application/octet-stream}, or what the
 *     route {@linkplain Route.Builder#produces produces}</td></tr>
 * <tr><td>anything else, also in an {@code Optional}</td><td>200, JSON</td></tr>
 * </table>
 *
 * <p>Errors are {@linkplain Problem problems} (RFC 9457), whatever the client accepts: those of {@link
 * Builder#problem}; a {@link ProblemException} its own; any other by {@link dev.parley.CallException#from} and {@link
 * dev.parley.http.HttpException#statusOf}. No such path is a 404, a path without this method a 405 with {@code Allow},
 * none of the types in {@code Accept} a 406, a body of another type a 415 with {@code Accept}. HEAD is answered by GET's
 * route, OPTIONS with {@code Allow}.
 *
 * <p>Paths are matched in segments, each decoded by itself, so {@code %2F} parts nothing; {@code /users} and {@code /users/}
 * are two paths. A path with {@code .} or {@code ..} for a segment, escaped or not, with NUL, or with an escape that is not
 * UTF-8 is a 400.
 *
 * <p>Each request of a route is a call of its own, a part of HTTP's, whose {@linkplain Call#method method} is the route
 * ({@code GET /users/{id}}): what policies and telemetry in front of it go by. A caller that says how long it waits, in
 * {@code X-Request-Timeout-Ms} as {@link ServiceClient} does, gives the call that deadline: the handler is interrupted when
 * it passes, calls that it makes have what is left, and the answer is a 504. One that says nothing waits for ever, unless
 * {@link dev.parley.http.HttpServer.Builder#timeout} has a word.
 */
public final class Routes implements Handler<HttpRequest, HttpResponse> {

    /** On HTTP's call: the template of the route or mount that was found (OpenTelemetry's {@code http.route}). */
    public static final Attributes.Key<String> TEMPLATE = HttpRequest.ROUTE;

    /** A route with all that is around it. */
    record Bound(
            PathTemplate template,
            Route route,
            String service,
            List<Interceptor> chain,
            ErrorMapping errors,
            Json json) {

        Endpoint endpoint() {
            Method method = new Method(service, route.method() + ' ' + template, kind(), idempotency());
            return new Endpoint.OfRoute(
                    route,
                    template,
                    method,
                    Interceptor.chain(chain, Endpoint.OfRoute.innermost(route)),
                    new BodyReader(json),
                    new ResponseEncoder(json, errors));
        }

        private Method.Kind kind() {
            boolean streams = route.described().results.values().stream().anyMatch(Result::stream);
            return streams ? Method.Kind.SERVER_STREAMING : Method.Kind.UNARY;
        }

        /** RFC 9110, 9.2. */
        private Method.Idempotency idempotency() {
            return switch (route.method()) {
                case "GET", "OPTIONS" -> Method.Idempotency.NO_SIDE_EFFECTS;
                case "PUT", "DELETE" -> Method.Idempotency.IDEMPOTENT;
                default -> Method.Idempotency.UNKNOWN;
            };
        }
    }

    private final RouteTree<Endpoint> tree = new RouteTree<>();
    private final List<Bound> bound = new ArrayList<>();
    private final List<Builder.Mount> mounts;
    private final ErrorMapping errors;
    private final @Nullable Handler<HttpRequest, HttpResponse> fallback;

    private Routes(Builder builder) {
        this.errors = new ErrorMapping(Map.copyOf(builder.problems), null, builder.json);
        List<Interceptor> interceptors = List.copyOf(builder.interceptors);
        for (Builder.Part part : builder.parts) {
            switch (part) {
                case Builder.One(Route route) -> {
                    List<Interceptor> chain = new ArrayList<>(interceptors);
                    chain.addAll(route.described().interceptors);
                    bound.add(new Bound(route.pathTemplate(), route, builder.service, chain, errors, builder.json));
                }
                case Builder.Below(PathTemplate prefix, Routes routes) -> {
                    for (Bound inner : routes.bound) {
                        List<Interceptor> chain = new ArrayList<>(interceptors);
                        chain.addAll(inner.chain());
                        bound.add(new Bound(
                                inner.template().below(prefix),
                                inner.route(),
                                inner.service(),
                                chain,
                                inner.errors().below(errors),
                                inner.json()));
                    }
                }
            }
        }
        this.mounts = builder.mounts.stream()
                .map(mount -> new Builder.Mount(mount.prefix(), Interceptor.chain(interceptors, mount.handler())))
                .toList();
        bound.forEach(one -> tree.add(one.route().method(), one.template(), one.endpoint()));
        mounts.forEach(this::mount);
        this.fallback = builder.fallback == null ? null : Interceptor.chain(interceptors, builder.fallback);
    }

    private void mount(Builder.Mount mount) {
        PathTemplate all = PathTemplate.parse("/{path...}").below(mount.prefix());
        int depth = all.segments().size() - 1;
        tree.add(RouteTree.ANY_METHOD, all, new Endpoint.Mounted(depth, mount.handler()));
        if (depth > 0) {
            tree.add(RouteTree.ANY_METHOD, mount.prefix(), new Endpoint.AddSlash());
        }
    }

    /** Routes to be described. */
    public static Builder builder() {
        return new Builder();
    }

    /** The routes with their full templates, for a document; those of handlers that are mounted are not among them. */
    List<Bound> bound() {
        return List.copyOf(bound);
    }

    @Override
    public HttpResponse handle(Call call, HttpRequest request) {
        try {
            if (request.target().equals("*") && request.method().equals("OPTIONS")) {
                return options(tree.methods());
            }
            RequestPath path = RequestPath.parse(request.path());
            Set<String> allowed = new TreeSet<>();
            RouteTree.Found<Endpoint> found = tree.find(request.method(), path.segments(), allowed);
            if (found != null) {
                call.attributes().put(TEMPLATE, found.template().text());
                return found.endpoint().answer(call, request, path);
            }
            if (!allowed.isEmpty()) {
                return withoutMethod(request, allowed);
            }
            if (fallback != null) {
                return fallback.handle(call, request);
            }
            throw ProblemException.of(
                    404, "no route has the path " + Shown.quoted(request.path()) + hint(request, path));
        } catch (Throwable thrown) {
            return errors.answer(request.method() + ' ' + request.path(), call, thrown)
                    .response();
        }
    }

    private static HttpResponse withoutMethod(HttpRequest request, Set<String> allowed) {
        if (request.method().equals("OPTIONS")) {
            return options(allowed);
        }
        String allow = allow(allowed);
        throw ProblemException.of(
                        405,
                        Shown.quoted(request.path()) + " takes " + allow + ", not " + Shown.quoted(request.method()))
                .withHeader("allow", allow);
    }

    private static HttpResponse options(Set<String> methods) {
        return new HttpResponse(204, Metadata.of("allow", allow(methods)), Body.empty());
    }

    private static String allow(Set<String> methods) {
        Set<String> all = new TreeSet<>(methods);
        all.remove(RouteTree.ANY_METHOD);
        if (all.contains("GET")) {
            all.add("HEAD");
        }
        all.add("OPTIONS");
        return String.join(", ", all);
    }

    /** Why nearly. */
    private String hint(HttpRequest request, RequestPath path) {
        List<String> other = new ArrayList<>(path.segments());
        boolean slash = other.size() > 1 && other.getLast().isEmpty();
        if (slash) {
            other.removeLast();
        } else {
            other.add("");
        }
        Set<String> allowed = new TreeSet<>();
        boolean isThere = tree.find(request.method(), other, allowed) != null || !allowed.isEmpty();
        return !isThere
                ? ""
                : slash ? "; there is one without the slash at its end" : "; there is one with a slash at its end";
    }

    /** Describes routes. The order of its methods does not matter. Not thread-safe. */
    public static final class Builder {

        sealed interface Part {}

        record One(Route route) implements Part {}

        record Below(PathTemplate prefix, Routes routes) implements Part {}

        record Mount(PathTemplate prefix, Handler<HttpRequest, HttpResponse> handler) {}

        private final List<Part> parts = new ArrayList<>();
        private final List<Mount> mounts = new ArrayList<>();
        private final List<Interceptor> interceptors = new ArrayList<>();
        private final Map<Class<?>, Function<? super Throwable, Problem>> problems = new LinkedHashMap<>();
        private String service = "rest";
        private Json json = Json.strict();
        private @Nullable Handler<HttpRequest, HttpResponse> fallback;

        private Builder() {}

        /** Adds a route. */
        public Builder add(Route route) {
            parts.add(new One(route));
            return this;
        }

        /** A route of GET, and with it of HEAD. */
        public Builder get(String template, RouteHandler handler) {
            return add(Route.get(template).handle(handler));
        }

        /** A route of DELETE. */
        public Builder delete(String template, RouteHandler handler) {
            return add(Route.delete(template).handle(handler));
        }

        /** A route of POST that does not look at a body. */
        public Builder post(String template, RouteHandler handler) {
            return add(Route.post(template).handle(handler));
        }

        /** A route of POST with a body of this type. */
        public <B> Builder post(String template, Class<B> type, BodyHandler<? super B> handler) {
            return add(Route.post(template).handle(type, handler));
        }

        /** A route of PUT with a body of this type. */
        public <B> Builder put(String template, Class<B> type, BodyHandler<? super B> handler) {
            return add(Route.put(template).handle(type, handler));
        }

        /** A route of PATCH with a body of this type. */
        public <B> Builder patch(String template, Class<B> type, BodyHandler<? super B> handler) {
            return add(Route.patch(template).handle(type, handler));
        }

        /**
         * Adds the routes of {@code routes} below {@code prefix}, in which may be parameters. They keep their own
         * interceptors, behind those of this, and their own problems, before those of this.
         *
         * @throws IllegalArgumentException if {@code routes} has a fallback, which only the outermost may have
         */
        public Builder mount(String prefix, Routes routes) {
            if (routes.fallback != null) {
                throw new IllegalArgumentException(
                        "routes mounted at " + prefix + " have a fallback, which only the outermost may have");
            }
            parts.add(new Below(prefix(prefix), routes));
            routes.mounts.forEach(
                    inner -> mounts.add(new Mount(inner.prefix().below(PathTemplate.parse(prefix)), inner.handler())));
            return this;
        }

        /**
         * Gives all below {@code prefix} that has no route to {@code handler}, with the prefix taken off the path. {@code
         * /static} itself is redirected to {@code /static/}.
         *
         * @throws IllegalArgumentException if a parameter is in {@code prefix}
         */
        public Builder mount(String prefix, Handler<HttpRequest, HttpResponse> handler) {
            PathTemplate template = prefix(prefix);
            if (!template.names().isEmpty()) {
                throw new IllegalArgumentException(
                        "the prefix of a handler has no parameters, but " + prefix + " has " + template.names());
            }
            mounts.add(new Mount(template, handler));
            return this;
        }

        private static PathTemplate prefix(String prefix) {
            PathTemplate template = PathTemplate.parse(prefix);
            boolean rest = template.segments().getLast() instanceof PathTemplate.Segment.Rest;
            if (rest || (prefix.length() > 1 && prefix.endsWith("/"))) {
                throw new IllegalArgumentException("a prefix ends neither with / nor with {name...}, but is " + prefix);
            }
            return template;
        }

        /** What answers a path that has no route, in place of a 404. */
        public Builder fallback(Handler<HttpRequest, HttpResponse> handler) {
            this.fallback = handler;
            return this;
        }

        /** What stands in front of all routes, mounts and the fallback; the first outermost. Not in front of a 404 or 405. */
        public Builder interceptors(Interceptor... chain) {
            interceptors.addAll(List.of(chain));
            return this;
        }

        /** What answers an exception of this class, or of one below it that has no answer of its own. */
        public <E extends Throwable> Builder problem(Class<E> type, Function<? super E, Problem> answer) {
            problems.put(type, thrown -> answer.apply(type.cast(thrown)));
            return this;
        }

        /** How JSON is read and written; {@link Json#strict()}. */
        public Builder json(Json values) {
            this.json = values;
            return this;
        }

        /** The service of the routes' {@linkplain Call#method methods}; {@code rest}. */
        public Builder service(String name) {
            this.service = name;
            return this;
        }

        /**
         * The routes.
         *
         * @throws IllegalArgumentException if two answer the same method on the same paths; it names both
         */
        public Routes build() {
            return new Routes(this);
        }
    }
}
