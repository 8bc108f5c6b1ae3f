package dev.parley.rest;

import dev.parley.Call;
import dev.parley.http.HttpRequest;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request as the handler of a {@link Route} sees it. What is asked of it and does not fit is a 400 whose problem names
 * the parameter or field, the value, and what was expected. Used by one thread at a time.
 */
public final class RestRequest {

    private final Call call;
    private final HttpRequest http;
    private final Route route;
    private final PathTemplate template;
    private final RequestPath path;
    private final BodyReader bodies;
    private @Nullable Map<String, List<String>> query;
    private byte @Nullable [] bytes;

    RestRequest(Call call, HttpRequest http, Route route, PathTemplate template, RequestPath path, BodyReader bodies) {
        this.call = call;
        this.http = http;
        this.route = route;
        this.template = template;
        this.path = path;
        this.bodies = bodies;
    }

    /** The call: deadline, identity, attributes, headers of the response. Its method is the route. */
    public Call call() {
        return call;
    }

    /** The request of HTTP, whole. */
    public HttpRequest http() {
        return http;
    }

    /** The route that was found. */
    public Route route() {
        return route;
    }

    /** The template under which it was found, that of the mounts around it included. */
    public String template() {
        return template.text();
    }

    /** The value of {@code parameter}. */
    public <T> T get(Parameter<T> parameter) {
        return parameter.read(
                switch (parameter.in()) {
                    case PATH -> List.of(path(parameter.name()));
                    case QUERY -> queryAll(parameter.name());
                    case HEADER -> headers(parameter);
                });
    }

    /** A list may stand in one line or in several (RFC 9110, 5.3). */
    private List<String> headers(Parameter<?> parameter) {
        List<String> lines = http.headers().getAll(parameter.name());
        return parameter.isRepeated()
                ? lines.stream()
                        .flatMap(line -> Arrays.stream(HeaderList.split(line, ',')))
                        .map(String::trim)
                        .toList()
                : lines;
    }

    /**
     * A parameter of the path, without its escapes. That of {@code {name...}} is the rest of the path, in which a slash
     * that is data stays {@code %2F}; {@link #segments} tells them apart. Never {@code .} or {@code ..}, but the value of
     * one segment may hold slashes that were escaped: no name of a file without a check.
     *
     * @throws IllegalArgumentException if the route's template has no such parameter
     */
    public String path(String name) {
        List<PathTemplate.Segment> segments = template.segments();
        for (int i = 0; i < segments.size(); i++) {
            PathTemplate.Segment segment = segments.get(i);
            if (segment instanceof PathTemplate.Segment.One(String one) && one.equals(name)) {
                return path.segments().get(i);
            }
            if (segment instanceof PathTemplate.Segment.Rest(String rest) && rest.equals(name)) {
                return path.joinedFrom(i);
            }
        }
        throw unknown(name);
    }

    /** A parameter of the path as a {@code type} of those at {@link Parameter}. */
    public <T> T path(String name, Class<T> type) {
        return Scalar.of(type).parse("path", name, path(name));
    }

    /** A parameter of the path by {@code parser}, whose {@link IllegalArgumentException} makes a 400. */
    public <T> T path(String name, Function<String, ? extends T> parser) {
        return Scalar.parse("path", name, path(name), parser);
    }

    /** The segments of the parameter {@code {name...}}, each without its escapes. */
    public List<String> segments(String name) {
        List<PathTemplate.Segment> segments = template.segments();
        if (segments.getLast() instanceof PathTemplate.Segment.Rest(String rest) && rest.equals(name)) {
            return List.copyOf(
                    path.segments().subList(segments.size() - 1, path.segments().size()));
        }
        throw unknown(name);
    }

    private IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException(
                "route " + template + " has no path parameter '" + name + "', but " + template.names());
    }

    /** The first value of a parameter of the query. */
    public Optional<String> query(String name) {
        List<String> values = queryAll(name);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.getFirst());
    }

    /** The first value of a parameter of the query as a {@code type} of those at {@link Parameter}. */
    public <T> Optional<T> query(String name, Class<T> type) {
        return query(name).map(text -> Scalar.of(type).parse("query", name, text));
    }

    /** All values of a parameter of the query, in order. */
    public List<String> queryAll(String name) {
        Map<String, List<String>> parsed = query;
        if (parsed == null) {
            parsed = QueryString.parse(http.query());
            query = parsed;
        }
        return parsed.getOrDefault(name, List.of());
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
        return http.headers().get(name);
    }

    /** The first value of a header as a {@code type} of those at {@link Parameter}. */
    public <T> Optional<T> header(String name, Class<T> type) {
        return header(name).map(text -> Scalar.of(type).parse("header", name, text));
    }

    /**
     * All bytes of the body, waiting for them; the same array each time, so an interceptor may look at them first.
     *
     * @throws dev.parley.http.HttpException 413 past the route's limit
     */
    public byte[] bytes() {
        byte[] read = bytes;
        if (read == null) {
            read = http.body().readAll();
            bytes = read;
        }
        return read;
    }

    /**
     * The body as a {@code type}: {@code byte[]} of any content type, a {@code String} of any text, all else from JSON.
     *
     * @throws dev.parley.http.HttpException 400 for a body that is missing or does not fit, 413, 415
     */
    public <T> T body(Class<T> type) {
        return type.cast(body((Type) type));
    }

    Object body(Type type) {
        return bodies.read(this, type);
    }
}
