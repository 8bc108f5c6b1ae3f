package dev.parley;

import java.util.List;

/**
 * Stands in front of a {@link Handler}: sees the call, may change the request, answer itself, or fail.
 *
 * <p>The method is generic, so that one {@code List<Interceptor>} fits every handler; a method reference can stand for
 * it. What changes the types of request and response (a codec, an envelope) is a plain function from handler to handler
 * instead.
 *
 * <p>{@code next.handle} returns <em>before a stream ends</em>: to follow a stream use {@link Call#onEnd},
 * {@link Messages#onClose} or {@link Messages#map}, never try/finally. {@code next} may be called more than once (a
 * retry), each time with a {@link CallScope#child child call} of its own; {@link Replay} gives each the same requests.
 *
 * <p>Implementations are called from many threads at once.
 */
@FunctionalInterface
public interface Interceptor {

    /** Handles the call, as a rule by {@code return next.handle(call, request)}. */
    <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception;

    /** {@code handler} behind this interceptor. */
    default <Q, R> Handler<Q, R> before(Handler<Q, R> handler) {
        return (call, request) -> intercept(call, request, handler);
    }

    /**
     * {@code handler} behind {@code interceptors}, the first of them outermost.
     *
     * <p>The chain is built once; nothing is searched or copied when a call runs through it.
     */
    static <Q, R> Handler<Q, R> chain(List<? extends Interceptor> interceptors, Handler<Q, R> handler) {
        Handler<Q, R> chained = handler;
        for (int i = interceptors.size() - 1; i >= 0; i--) {
            chained = interceptors.get(i).before(chained);
        }
        return chained;
    }
}
