package dev.parley.rest;

import dev.parley.Interceptor;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/**
 * One operation: a method, a path template, what the document says of it, and its handler. Immutable and thread-safe.
 *
 * <pre>{@code
 * Route.post("/users")
 *         .summary("Registers a user")
 *         .returns(201, User.class)
 *         .maxBodyBytes(16 << 10)
 *         .handle(NewUser.class, (request, user) -> Reply.created("/users/7", users.add(user)))
 * }</pre>
 *
 * <p>A template is a path in which {@code {name}} stands for one segment that is not empty, and {@code {name...}} at its
 * end for all that is left, which may be empty. A literal goes before {@code {name}}, that before {@code {name...}}. {@code
 * /users} and {@code /users/} are two paths.
 */
public final class Route {

    private final String method;
    private final PathTemplate template;
    private final Builder described;
    private final @Nullable Type bodyType;
    private final RouteHandler handler;

    private Route(Builder builder, @Nullable Type bodyType, RouteHandler handler) {
        this.method = builder.method;
        this.template = builder.template;
        this.described = new Builder(builder);
        this.bodyType = bodyType;
        this.handler = handler;
    }

    /** A route of GET, and with it of HEAD. */
    public static Builder get(String template) {
        return of("GET", template);
    }

    /** A route of POST. */
    public static Builder post(String template) {
        return of("POST", template);
    }

    /** A route of PUT. */
    public static Builder put(String template) {
        return of("PUT", template);
    }

    /** A route of PATCH. */
    public static Builder patch(String template) {
        return of("PATCH", template);
    }

    /** A route of DELETE. */
    public static Builder delete(String template) {
        return of("DELETE", template);
    }

    /**
     * A route of any method, in capitals.
     *
     * @throws IllegalArgumentException if the template or the method is wrong; the message says how
     */
    public static Builder of(String method, String template) {
        return new Builder(method, PathTemplate.parse(template));
    }

    /** The method, such as {@code GET}. */
    public String method() {
        return method;
    }

    /** The template as it was written, without the prefixes of mounts. */
    public String template() {
        return template.text();
    }

    PathTemplate pathTemplate() {
        return template;
    }

    Builder described() {
        return described;
    }

    Optional<Type> bodyType() {
        return Optional.ofNullable(bodyType);
    }

    RouteHandler handler() {
        return handler;
    }

    /** The content types that the route declares; empty if it declares none. */
    List<String> produces() {
        return described.produces;
    }

    @Override
    public String toString() {
        return method + ' ' + template;
    }

    /** Describes a route; nothing but the handler is needed. Not thread-safe. */
    public static final class Builder {
        private static final Set<String> AUTOMATIC = Set.of("HEAD", "CONNECT", "TRACE");

        final String method;
        final PathTemplate template;
        String summary = "";
        String description = "";
        String operationId = "";
        boolean deprecated;
        boolean hidden;
        long maxBodyBytes = -1;
        final List<String> tags = new ArrayList<>();
        final List<Parameter<?>> parameters = new ArrayList<>();
        final Map<Integer, Result> results = new LinkedHashMap<>();
        final Map<Integer, String> problems = new LinkedHashMap<>();
        final List<String> produces = new ArrayList<>();
        final List<Interceptor> interceptors = new ArrayList<>();

        private Builder(String method, PathTemplate template) {
            if (method.isEmpty() || !method.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || c == '-')) {
                throw new IllegalArgumentException("method must be in capitals, such as GET, but is '" + method + "'");
            }
            if (AUTOMATIC.contains(method)) {
                throw new IllegalArgumentException(
                        method + " " + template + ": " + method + " has no routes; HEAD is answered by that of GET");
            }
            this.method = method;
            this.template = template;
        }

        private Builder(Builder other) {
            this.method = other.method;
            this.template = other.template;
            this.summary = other.summary;
            this.description = other.description;
            this.operationId = other.operationId;
            this.deprecated = other.deprecated;
            this.hidden = other.hidden;
            this.maxBodyBytes = other.maxBodyBytes;
            tags.addAll(other.tags);
            parameters.addAll(other.parameters);
            results.putAll(other.results);
            problems.putAll(other.problems);
            produces.addAll(other.produces);
            interceptors.addAll(other.interceptors);
        }

        /** A few words for the document. */
        public Builder summary(String text) {
            this.summary = text;
            return this;
        }

        /** More words for the document; CommonMark. */
        public Builder description(String text) {
            this.description = text;
            return this;
        }

        /** The operation's name in the document, for generators of clients; unique in it. By default made of method and path. */
        public Builder operationId(String id) {
            this.operationId = id;
            return this;
        }

        /** The groups in which the document shows it; none. */
        public Builder tags(String... names) {
            tags.addAll(List.of(names));
            return this;
        }

        /** Says in the document that it should not be used any more. */
        public Builder deprecated() {
            this.deprecated = true;
            return this;
        }

        /** Keeps it out of the document. */
        public Builder hidden() {
            this.hidden = true;
            return this;
        }

        /**
         * The parameters that {@link RestRequest#get} will be asked for. They are read and checked before the handler runs.
         *
         * @throws IllegalArgumentException for one of the path that the template does not have
         */
        public Builder parameters(Parameter<?>... described) {
            for (Parameter<?> parameter : described) {
                if (parameter.in() == Parameter.In.PATH && !template.names().contains(parameter.name())) {
                    throw new IllegalArgumentException(
                            parameter + " is not in " + template + ", which has " + template.names());
                }
                parameters.add(parameter);
            }
            return this;
        }

        /** The type of the value that answers 200; what a handler returns must be one. */
        public Builder returns(Class<?> type) {
            return returns(200, type);
        }

        /** As {@link #returns(Class)}, for a generic type. */
        public Builder returns(TypeReference<?> type) {
            return result(new Result(200, type.getType(), false, ""));
        }

        /** The type of the value that answers with {@code status}. */
        public Builder returns(int status, Class<?> type) {
            return result(new Result(status, type, false, ""));
        }

        /** An answer without a value, such as 204. */
        public Builder returns(int status) {
            return result(new Result(status, null, false, ""));
        }

        /**
         * The type of the messages of a stream that answers 200. A stream of {@link dev.parley.http.ServerSentEvent} is
         * {@code text/event-stream} for every client; one of another type is what the client accepts.
         */
        public Builder returnsStream(Class<?> type) {
            return result(new Result(200, type, true, ""));
        }

        private Builder result(Result result) {
            if (result.status() < 200 || result.status() > 399) {
                throw new IllegalArgumentException(
                        "returns() is for 200 to 399, problem() for errors, but got " + result.status());
            }
            if (results.putIfAbsent(result.status(), result) != null) {
                throw new IllegalArgumentException(
                        method + ' ' + template + " returns two types with " + result.status());
            }
            Type type = result.type();
            if (type != null) {
                for (String produced : result.stream() ? StreamFormat.typesOf(type) : List.of(contentType(type))) {
                    if (!produces.contains(produced)) {
                        produces.add(produced);
                    }
                }
            }
            return this;
        }

        private static String contentType(Type type) {
            return type == String.class ? MediaType.TEXT : type == byte[].class ? MediaType.BYTES : MediaType.JSON;
        }

        /** An error that it answers on purpose, and when, for the document. */
        public Builder problem(int status, String when) {
            if (status < 400 || status > 599) {
                throw new IllegalArgumentException("status of a problem must be from 400 to 599, but is " + status);
            }
            problems.put(status, when);
            return this;
        }

        /**
         * The content types of its answers, if they are neither JSON, nor text, nor a stream of JSON; a request that takes
         * none of them is a 406 before the handler runs.
         */
        public Builder produces(String... contentTypes) {
            for (String type : contentTypes) {
                if (MediaType.parse(type).isEmpty()) {
                    throw new IllegalArgumentException("produces must be media types, but one is '" + type + "'");
                }
                produces.add(type);
            }
            return this;
        }

        /** The most bytes of its request body, in place of the server's limit. Over it: 413. */
        public Builder maxBodyBytes(long bytes) {
            if (bytes < 0) {
                throw new IllegalArgumentException("maxBodyBytes must not be negative, but is " + bytes);
            }
            this.maxBodyBytes = bytes;
            return this;
        }

        /** What stands in front of it, behind those of {@link Routes}; the first outermost. */
        public Builder interceptors(Interceptor... chain) {
            interceptors.addAll(List.of(chain));
            return this;
        }

        /** The route, answered by {@code handler}. */
        public Route handle(RouteHandler handler) {
            return new Route(this, null, handler);
        }

        /** The route, answered by {@code handler} with the request's body as a {@code type}; see {@link RestRequest#body}. */
        public <B> Route handle(Class<B> type, BodyHandler<? super B> handler) {
            return new Route(this, type, request -> handler.handle(request, request.body(type)));
        }

        /** As {@link #handle(Class, BodyHandler)}, for a generic type. */
        @SuppressWarnings("unchecked") // the JSON is read as just this type
        public <B> Route handle(TypeReference<B> type, BodyHandler<? super B> handler) {
            Type read = type.getType();
            return new Route(this, read, request -> handler.handle(request, (B) request.body(read)));
        }
    }
}
