package dev.parley.rest;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Explanation;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.lang.reflect.Type;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request to a service, made by a {@link ServiceClient} and sent by {@link #as}, {@link #find}, {@link #send} or {@link
 * #exchange}; it may be sent more than once. Immutable: each method that adds something gives a new request. Thread-safe.
 */
public final class ServiceRequest {

    private final ServiceClient client;
    private final Method method;
    private final String httpMethod;
    private final String path;
    private final String query;
    private final Metadata headers;
    private final byte @Nullable [] body;
    private final @Nullable Duration timeout;
    private final Deadline end;
    private final String envelope;
    private final @Nullable Explanation explanation;

    private ServiceRequest(
            ServiceClient client,
            Method method,
            String httpMethod,
            String path,
            String query,
            Metadata headers,
            byte @Nullable [] body,
            @Nullable Duration timeout,
            Deadline end,
            String envelope,
            @Nullable Explanation explanation) {
        this.client = client;
        this.method = method;
        this.httpMethod = httpMethod;
        this.path = path;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.timeout = timeout;
        this.end = end;
        this.envelope = envelope;
        this.explanation = explanation;
    }

    static ServiceRequest of(ServiceClient client, String httpMethod, String template, String path) {
        ServiceSettings settings = client.settings();
        Method.Idempotency idempotency = switch (httpMethod) {
            case "GET" -> Method.Idempotency.NO_SIDE_EFFECTS;
            case "PUT", "DELETE" -> Method.Idempotency.IDEMPOTENT;
            default -> Method.Idempotency.UNKNOWN;
        };
        Method method = new Method(settings.name(), httpMethod + ' ' + template, Method.Kind.UNARY, idempotency);
        return new ServiceRequest(
                client,
                method,
                httpMethod,
                path,
                "",
                settings.headers(),
                null,
                settings.timeout(),
                Deadline.NONE,
                settings.envelope(),
                null);
    }

    /**
     * With a parameter of the query behind those that are there: once, or once for each element of an {@link Iterable}.
     *
     * @throws IllegalArgumentException if the value or an element of it is null
     */
    public ServiceRequest query(String name, Object value) {
        StringBuilder all = new StringBuilder(query);
        if (value instanceof Iterable<?> values) {
            values.forEach(each -> addParameter(name, each, all));
        } else {
            addParameter(name, value, all);
        }
        return with(method, all.toString(), headers, body, timeout, end, envelope);
    }

    private static void addParameter(String name, Object value, StringBuilder to) {
        to.append(to.isEmpty() ? '?' : '&');
        UriTemplate.encode("a parameter's name", name, to);
        to.append('=');
        UriTemplate.encode("parameter " + name, value, to);
    }

    /**
     * With this header in place of those of the same name, the client's default among them.
     *
     * @throws IllegalArgumentException if the name or value is no header's, or the client sets the header itself
     */
    public ServiceRequest header(String name, String value) {
        return with(method, query, new Metadata(headers).put(checked(name), value), body, timeout, end, envelope);
    }

    /**
     * With {@code value} as JSON for its body, of type {@code application/json} unless the header {@code content-type} says
     * another ({@code application/merge-patch+json}).
     *
     * @throws IllegalStateException if this is a GET
     */
    public ServiceRequest body(Object value) {
        if (httpMethod.equals("GET")) {
            throw new IllegalStateException(method + " is a GET, whose body has no meaning (RFC 9110, 9.3.1)");
        }
        byte[] written = client.settings().json().write(value);
        return with(method, query, headers, written, timeout, end, envelope);
    }

    /**
     * With an {@code Idempotency-Key}, by which the service knows a repeat: the request may then be tried again.
     *
     * @throws IllegalArgumentException if the key is blank or no header's value
     */
    public ServiceRequest idempotencyKey(String key) {
        if (key.isBlank()) {
            throw new IllegalArgumentException("an idempotency key must not be blank");
        }
        return header("idempotency-key", key).idempotent();
    }

    /** Says that a repeat does no harm, as with a POST that only reads: the request may then be tried again. */
    public ServiceRequest idempotent() {
        Method repeatable = method.isIdempotent()
                ? method
                : new Method(method.service(), method.name(), method.kind(), Method.Idempotency.IDEMPOTENT);
        return with(repeatable, query, headers, body, timeout, end, envelope);
    }

    /**
     * With this time in place of the client's; what the current call has left if that is less.
     *
     * @throws IllegalArgumentException if not positive
     */
    public ServiceRequest timeout(Duration perCall) {
        return with(method, query, headers, body, positive("timeout", perCall), end, envelope);
    }

    /** With this member of the answer for what is asked for, in place of the client's; empty for the answer itself. */
    public ServiceRequest envelope(String member) {
        return with(method, query, headers, body, timeout, end, member);
    }

    /**
     * What is decided on the request's way, and why, is put into {@code why}: which endpoints were considered, what was
     * tried again and what was not.
     */
    public ServiceRequest explain(Explanation why) {
        return new ServiceRequest(client, method, httpMethod, path, query, headers, body, timeout, end, envelope, why);
    }

    Optional<Explanation> explanation() {
        return Optional.ofNullable(explanation);
    }

    /** With a moment by which it must have ended. */
    ServiceRequest before(Deadline moment) {
        return with(method, query, headers, body, timeout, end.earlier(moment), envelope);
    }

    private ServiceRequest with(
            Method repeatable,
            String parameters,
            Metadata fields,
            byte @Nullable [] bytes,
            @Nullable Duration perCall,
            Deadline moment,
            String member) {
        return new ServiceRequest(
                client, repeatable, httpMethod, path, parameters, fields, bytes, perCall, moment, member, explanation);
    }

    /**
     * Sends it and reads the answer as {@code type}.
     *
     * @throws ServiceException if the answer is no success, or no JSON of this type, or has no body
     * @throws CallException if there is no answer
     */
    public <T> T as(Class<T> type) {
        return required(type);
    }

    /** As {@link #as(Class)}, for a generic type: {@code new TypeReference<List<Product>>() {}}. */
    public <T> T as(TypeReference<T> type) {
        return required(type.getType());
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // the callers have a token of the type
    private <T> T required(Type type) {
        return client.call(this, response -> {
            Optional<T> value = answer(type).read(response);
            return value.orElseThrow(() -> answer(type).empty(response));
        });
    }

    /**
     * As {@link #as(Class)}, but an answer that it is not found (404, 410), has no body or is {@code null} gives an empty
     * one. A base URL with a wrong prefix looks like nothing found, too.
     */
    public <T> Optional<T> find(Class<T> type) {
        return found(type);
    }

    /** As {@link #find(Class)}, for a generic type. */
    public <T> Optional<T> find(TypeReference<T> type) {
        return found(type.getType());
    }

    <T> Optional<T> found(Type type) {
        try {
            return client.call(this, answer(type)::read);
        } catch (CallException e) {
            if (e.code() == Code.NOT_FOUND && e.origin() == CallException.Origin.REMOTE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The things of a list that comes in pages; each page is a call of its own, made once the page before has been read.
     * Its answer is an array, or has one in its {@linkplain #envelope envelope}. A link is followed only if it leads below
     * the client's base URL.
     *
     * <pre>{@code
     * try (Messages<Product> all = inventory.get("/products").pages(Product.class, Paging.links())) {
     *     for (Product product : all) {
     *         System.out.println(product.name());
     *     }
     * }
     * }</pre>
     */
    public <T> Messages<T> pages(Class<T> element, Paging paging) {
        return ServicePages.of(this, element, paging);
    }

    /** As {@link #pages(Class, Paging)}, for things of a generic type. */
    public <T> Messages<T> pages(TypeReference<T> element, Paging paging) {
        return ServicePages.of(this, element.getType(), paging);
    }

    /** An array of things, without those that are null. */
    <T> List<T> list(Type element) {
        return client.call(this, response -> things(element, response));
    }

    /** An array of things, without those that are null. */
    <T> List<T> things(Type element, HttpResponse response) {
        JsonMapper mapper = client.settings().json().mapper();
        ServiceAnswer answer =
                answer(mapper.getTypeFactory().constructCollectionType(List.class, mapper.constructType(element)));
        Optional<List<@Nullable T>> all = answer.read(response);
        List<T> things = new ArrayList<>();
        for (T thing : all.orElseThrow(() -> answer.empty(response))) {
            if (thing != null) {
                things.add(thing);
            }
        }
        return things;
    }

    <T> T call(Function<HttpResponse, T> read) {
        return client.call(this, read);
    }

    /** With {@code value} in place of what the query says of {@code name}. */
    ServiceRequest replaced(String name, String value) {
        StringBuilder encoded = new StringBuilder();
        UriTemplate.encode("a parameter's name", name, encoded);
        String others = query.isEmpty()
                ? ""
                : Arrays.stream(query.substring(1).split("&", -1))
                        .filter(parameter -> !parameter.startsWith(encoded + "="))
                        .collect(Collectors.joining("&"));
        return at(path, others.isEmpty() ? "" : "?" + others).query(name, value);
    }

    /** A request for what {@code link} leads to from here; empty if it is malformed or leads away from the base URL. */
    Optional<ServiceRequest> linked(String link) {
        HttpRequest here = toHttp();
        String prefix = client.settings().address().prefix();
        try {
            URI base = new URI(here.scheme() + "://" + here.authority() + here.target());
            // URI.resolve follows RFC 2396, in which a query alone drops the last segment.
            String reference = link.startsWith("?") ? prefix + path + link : link;
            URI target = new URI(base.resolve(new URI(reference)).normalize().toASCIIString());
            String leads = target.getRawPath() == null ? "" : target.getRawPath();
            boolean below = here.scheme().equals(target.getScheme())
                    && here.authority().equalsIgnoreCase(target.getRawAuthority())
                    && leads.startsWith(prefix + '/')
                    && !UriTemplate.hasDotSegment(leads);
            String parameters = target.getRawQuery() == null ? "" : '?' + target.getRawQuery();
            return below ? Optional.of(at(leads.substring(prefix.length()), parameters)) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private ServiceRequest at(String otherPath, String parameters) {
        return new ServiceRequest(
                client, method, httpMethod, otherPath, parameters, headers, body, timeout, end, envelope, explanation);
    }

    /**
     * Sends it; what a success says is not looked at.
     *
     * @throws ServiceException if the answer is no success
     * @throws CallException if there is no answer
     */
    public void send() {
        client.call(this, response -> response);
    }

    /** As {@link #as(Class)}, with status and headers; the body may be missing. */
    public <T> ServiceResponse<T> exchange(Class<T> type) {
        return exchanged(type);
    }

    /** As {@link #exchange(Class)}, for a generic type. */
    public <T> ServiceResponse<T> exchange(TypeReference<T> type) {
        return exchanged(type.getType());
    }

    private <T> ServiceResponse<T> exchanged(Type type) {
        return client.call(this, response -> {
            Optional<T> value = answer(type).read(response);
            return new ServiceResponse<>(response.status(), response.headers(), value);
        });
    }

    ServiceAnswer answer(Type type) {
        return new ServiceAnswer(client.settings().json(), method, envelope, type);
    }

    Method method() {
        return method;
    }

    Metadata headers() {
        return headers;
    }

    Deadline deadline() {
        return timeout == null ? end : end.earlier(Deadline.after(timeout));
    }

    HttpRequest toHttp() {
        dev.parley.http.ServiceAddress address = client.settings().address();
        byte[] bytes = body;
        return new HttpRequest(
                httpMethod,
                address.scheme(),
                address.authority(),
                address.prefix() + path + query,
                bytes == null ? new Metadata() : Metadata.of("content-type", "application/json"),
                bytes == null ? Body.empty() : Body.of(bytes));
    }

    static String checked(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "host",
                    "content-length",
                    "transfer-encoding",
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "upgrade",
                    "te",
                    "trailer",
                    "expect",
                    "accept-encoding",
                    "x-request-timeout-ms" ->
                throw new IllegalArgumentException("header " + name + " is set by the client itself");
            default -> name;
        };
    }

    static Duration positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, but is " + value);
        }
        return value;
    }

    /** Method and path template: values may be secrets. */
    @Override
    public String toString() {
        return method.toString();
    }
}
