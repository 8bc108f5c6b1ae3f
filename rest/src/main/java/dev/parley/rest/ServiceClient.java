package dev.parley.rest;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Peer;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.util.Collection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A client of somebody's REST service: JSON in typed calls.
 *
 * <pre>{@code
 * ServiceClient inventory = ServiceClient.builder("inventory", "http://127.0.0.1:8081").build();
 *
 * Product product = inventory.get("/products/{id}", id).as(Product.class);
 * Optional<Product> perhaps = inventory.get("/products/{id}", id).find(Product.class);
 * Reservation made = inventory.post("/products/{id}/reserve", id)
 *         .body(new Reserve(2))
 *         .idempotencyKey(orderId)
 *         .as(Reservation.class);
 * }</pre>
 *
 * <p>Each call is a {@link Call} of its own, a child of the {@linkplain Call#current() current} one: it ends with that and
 * by its deadline, and its time is that of the request, otherwise the client's, or what the current call has left if
 * that is less; 15 s if none of them says. What is left is sent as {@code X-Request-Timeout-Ms}. No header of the
 * current call is passed on.
 *
 * <p>An answer that is no success, or not what was expected, fails with a {@link ServiceException}: its code is that of
 * {@link dev.parley.http.HttpException#codeOf}, but a 409 to a POST is ALREADY_EXISTS, and the {@code code} of a problem
 * document counts if it fits the status. 408, 425, 429, 502, 503, 504, and 500 if the request is idempotent, advise {@link
 * dev.parley.RetryAdvice#SAFE}; {@code Retry-After} advises {@link dev.parley.RetryAdvice#after}. Redirects are not
 * followed. A service that was not reached fails with {@link dev.parley.RetryAdvice#NEVER_LEFT}.
 *
 * <p>Thread-safe; calls block, so the calling thread should be virtual.
 */
public final class ServiceClient implements AutoCloseable {

    private final ServiceSettings settings;
    private final ServiceChains chains;
    private final Runnable onClose;
    private final Peer peer;

    ServiceClient(ServiceSettings settings, Handler<HttpRequest, HttpResponse> transport, Runnable onClose) {
        this.settings = settings;
        this.chains = new ServiceChains(settings, new ServiceExchange(settings, transport));
        this.onClose = onClose;
        this.peer = new Peer(settings.address().authority(), "http");
    }

    /**
     * A client of the service at {@code url}, {@code http://host:port} or {@code https://host:port}, with a path's prefix if
     * there is one. Who is trusted by {@code https} is up to the {@linkplain ServiceClientBuilder#client HTTP client}: by
     * default the authorities that the JDK knows.
     *
     * @param name what the service is called in messages, logs and telemetry: a letter, then letters, digits, {@code .},
     *     {@code _}, {@code -}
     */
    public static ServiceClientBuilder builder(String name, String url) {
        return new ServiceClientBuilder(name, url);
    }

    /**
     * A client of the service whose URL is in the environment: {@code INVENTORY_SERVICE_URL} for {@code inventory}, and
     * for {@code inventory-service}. See {@link ServiceClientBuilder#defaultUrl}.
     */
    public static ServiceClientBuilder named(String name) {
        return new ServiceClientBuilder(name, null);
    }

    /**
     * A GET of {@code path}, a template whose variables become {@code values} in order. A value stays within its segment
     * whatever it holds.
     *
     * @throws IllegalArgumentException if the template is malformed, or does not fit the number of values
     * @throws CallException INVALID_ARGUMENT if a value makes a segment empty, {@code .} or {@code ..}, or is half a
     *     surrogate pair
     */
    public ServiceRequest get(String path, Object... values) {
        return request("GET", path, values);
    }

    /** A POST; see {@link #get} for {@code path}. */
    public ServiceRequest post(String path, Object... values) {
        return request("POST", path, values);
    }

    /** A PUT; see {@link #get} for {@code path}. */
    public ServiceRequest put(String path, Object... values) {
        return request("PUT", path, values);
    }

    /** A PATCH; see {@link #get} for {@code path}. */
    public ServiceRequest patch(String path, Object... values) {
        return request("PATCH", path, values);
    }

    /** A DELETE; see {@link #get} for {@code path}. */
    public ServiceRequest delete(String path, Object... values) {
        return request("DELETE", path, values);
    }

    private ServiceRequest request(String method, String path, Object... values) {
        return ServiceRequest.of(this, method, path, UriTemplate.expand(path, values));
    }

    /**
     * Many things by their keys, asked for by many requests at a time or by many keys a request.
     *
     * @param keys asked for once each
     * @throws IllegalArgumentException if there are more than 10,000
     */
    public <K> ServiceBatch<K> batch(Collection<? extends K> keys) {
        return ServiceBatch.of(settings.name(), keys);
    }

    /** What the service is called. */
    public String name() {
        return settings.name();
    }

    ServiceSettings settings() {
        return settings;
    }

    /** Makes the call and reads its answer. */
    <T> T call(ServiceRequest request, Function<HttpResponse, T> read) {
        Call parent = Call.find().orElse(null);
        CallScope call = open(request, parent);
        try {
            T value = read.apply(chains.of(call.method()).handle(call, request.toHttp()));
            call.end(Outcome.OK);
            return value;
        } catch (Throwable thrown) {
            CallException error = thrown instanceof CallException known
                    ? known
                    : call.cancellation().orElseGet(() -> CallException.from(thrown));
            // What an interceptor has left open behind itself must not go on.
            call.cancel(error);
            call.end(Outcome.failed(error));
            if (thrown instanceof Error fatal) {
                throw fatal;
            }
            throw error;
        }
    }

    private CallScope open(ServiceRequest request, @Nullable Call parent) {
        Deadline deadline = request.deadline();
        if (parent != null) {
            CallException cancelled = parent.cancellation().orElse(null);
            if (cancelled != null) {
                throw cancelled;
            }
            deadline = deadline.earlier(parent.deadline());
        }
        if (deadline.isNone()) {
            deadline = Deadline.after(ServiceSettings.DEFAULT_TIMEOUT);
        }
        Method method = request.method();
        CallScope call = CallScope.builder(method)
                .parent(parent)
                .requestHeaders(new Metadata(request.headers()))
                .deadline(deadline)
                .peer(peer)
                .build();
        request.explanation().ifPresent(why -> why.follow(call));
        return call;
    }

    /** Closes its HTTP client unless that is shared; what is under way then fails with CANCELLED. */
    @Override
    public void close() {
        onClose.run();
    }

    @Override
    public String toString() {
        return settings.name() + " at " + settings.address().authority();
    }
}
