package dev.parley.http;

import dev.parley.Outcome;

/**
 * Stands in front of every exchange of a server, on its event loop: it lets the exchange go on, answers it, or suspends
 * it until another thread has decided. The raw counterpart of an {@link dev.parley.Interceptor}: no thread is started
 * and no body is read.
 *
 * <p>No method may block: one that does stops every connection of that loop. One filter serves many exchanges on several
 * loops at a time, so it must be thread-safe; all calls for one exchange come on one thread. What {@link #request} or
 * {@link #response} throws is answered as an error of {@link HttpException#statusOf} (500 unless it is a {@link
 * dev.parley.CallException}), and logged; what {@link #ended} throws is only logged.
 */
@FunctionalInterface
public interface ExchangeFilter {

    /**
     * The head of a request has come; its body, if any, has not been looked at. Filters are asked in their order. Behind
     * the last one an exchange with an {@linkplain Exchange#upstream() upstream} is passed on to it, one without goes to
     * the server's handler.
     */
    Verdict request(Exchange exchange);

    /**
     * The head of the final response, of the upstream, the handler or another filter's reply, before it is sent. Filters
     * are asked in reverse order, and only those that were asked about the request.
     */
    default Verdict.OfResponse response(Exchange exchange, ResponseHead response) {
        return Verdict.proceed();
    }

    /**
     * The exchange is over: its response was given to the connection to its last byte, or either side broke it off.
     * Exactly once for each filter that was asked about the request, in reverse order. A failed {@code outcome} is one
     * that this server had to give an error for or break off; an upstream's answer is good whatever its status.
     */
    default void ended(Exchange exchange, Outcome outcome) {}
}
