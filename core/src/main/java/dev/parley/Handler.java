package dev.parley;

/**
 * Answers a call: the one shape behind RPC servers and clients, HTTP routes, message consumers and jobs.
 *
 * <p>A stream is a {@link Messages} on either side, so all four kinds of call have this shape:
 *
 * <ul>
 *   <li>unary: {@code Handler<Hello, Greeting>}
 *   <li>server streaming: {@code Handler<Query, Messages<Row>>}
 *   <li>client streaming: {@code Handler<Messages<Chunk>, Receipt>}
 *   <li>bidirectional: {@code Handler<Messages<A>, Messages<B>>}
 * </ul>
 *
 * <p>Handlers block: they run on a virtual thread of their own, which is interrupted when the call is cancelled or its
 * deadline passes. An implementation is called from many threads at once.
 *
 * @param <Q> the request, or {@code Messages} of it
 * @param <R> the response, or {@code Messages} of it
 */
@FunctionalInterface
public interface Handler<Q, R> {

    /**
     * Answers {@code call}.
     *
     * @return the response; a returned {@link Messages} is drained and closed by whoever called
     * @throws CallException to answer with a code of one's own
     * @throws Exception anything else becomes a {@link CallException} by the table at {@link CallException#from}
     */
    R handle(Call call, Q request) throws Exception;
}
