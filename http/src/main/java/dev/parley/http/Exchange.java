package dev.parley.http;

import dev.parley.Attributes;
import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Peer;
import java.util.Optional;

/**
 * A request and its response as {@link ExchangeFilter}s see them. What can be set is to be set while a filter is asked
 * about the request, or before {@link #resume}. Confined to the exchange's event loop, but for {@link #resume}, {@link
 * #attributes} and, while the exchange is suspended, all the rest.
 */
public sealed interface Exchange permits FilteredExchange {

    /** Such as {@code GET}. */
    String method();

    /** {@code http} or {@code https}: how the client came. */
    String scheme();

    /** Host, and port if it is not the scheme's; what an upstream is told in Host or {@code :authority}. */
    String authority();

    /**
     * Sets another authority.
     *
     * @throws IllegalArgumentException if it is empty, or holds a character that no authority may
     */
    void authority(String other);

    /** Path and query as on the wire, percent-encoded; or {@code *}. */
    String target();

    /**
     * Sets another target.
     *
     * @throws IllegalArgumentException if it does not start with a slash, or holds a space or a control character
     */
    void target(String other);

    /** The first value of a request's header. Cheaper than {@link #requestHeaders} for a filter that only looks. */
    Optional<String> requestHeader(String name);

    /**
     * The request's headers, to be changed in place; without those that {@code Connection} named. Host is in {@link
     * #authority}.
     */
    Metadata requestHeaders();

    /** The client. */
    Peer peer();

    /** When the exchange must have ended: the server's timeout, or the request's {@code X-Request-Timeout-Ms}. */
    Deadline deadline();

    /** Sets a deadline; the earlier one counts. */
    void deadline(Deadline other);

    /** Values that filters leave for each other. */
    Attributes attributes();

    /** Where the exchange will be passed on to; empty for the server's handler. */
    Optional<Upstream> upstream();

    /** Sets where the exchange is passed on to. */
    void upstream(Upstream where);

    /** The status that was sent; 0 before. */
    int status();

    /** Bytes of the request's body that were received so far. */
    long requestBytes();

    /** Bytes of the response's body that were given to the connection so far; in a tunnel all that the client was sent. */
    long responseBytes();

    /**
     * Ends a suspension, from any thread, once. It may come before the filter has returned {@link Verdict#suspend}.
     * Without effect once the exchange has ended: the client left, or its deadline passed.
     *
     * @throws IllegalStateException if another thread has just resumed it
     * @throws IllegalArgumentException if {@code verdict} is another suspension
     */
    void resume(Verdict verdict);
}
