package dev.parley.rpc;

import dev.parley.Deadline;
import dev.parley.Explanation;
import dev.parley.Metadata;
import dev.parley.Method;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a caller says beyond the request: {@code client.with(CallOptions.defaults().withTimeout(...))}. Immutable and
 * thread-safe.
 */
public final class CallOptions {

    private static final CallOptions DEFAULTS = new CallOptions(null, Deadline.NONE, new Metadata(), null, null, null);

    private final @Nullable Duration timeout;
    private final Deadline deadline;
    private final Metadata headers;
    private final @Nullable ResponseMetadata responseMetadata;
    private final @Nullable Compression compression;
    private final @Nullable Explanation explanation;

    private CallOptions(
            @Nullable Duration timeout,
            Deadline deadline,
            Metadata headers,
            @Nullable ResponseMetadata responseMetadata,
            @Nullable Compression compression,
            @Nullable Explanation explanation) {
        this.timeout = timeout;
        this.deadline = deadline;
        this.headers = headers;
        this.responseMetadata = responseMetadata;
        this.compression = compression;
        this.explanation = explanation;
    }

    /** No headers, no response metadata, and the deadline of the current call or the channel's default. */
    public static CallOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Each call has this time, counted from its start, or what the current call has left if that is less.
     *
     * @throws IllegalArgumentException if not positive
     */
    public CallOptions withTimeout(Duration perCall) {
        if (perCall.isNegative() || perCall.isZero()) {
            throw new IllegalArgumentException("timeout must be positive, but is " + perCall);
        }
        return new CallOptions(perCall, deadline, headers, responseMetadata, compression, explanation);
    }

    /** All calls have to end by this moment, or the current call's if that is earlier. */
    public CallOptions withDeadline(Deadline end) {
        return new CallOptions(timeout, end, headers, responseMetadata, compression, explanation);
    }

    /**
     * With one more header. Names that belong to the protocols ({@code grpc-*}, {@code content-type}, ...) are not sent.
     *
     * @throws IllegalArgumentException if the name or the value is no header's
     */
    public CallOptions withHeader(String name, String value) {
        return new CallOptions(
                timeout, deadline, new Metadata(headers).add(name, value), responseMetadata, compression, explanation);
    }

    /** With these headers behind those that are there; they are copied. */
    public CallOptions withHeaders(Metadata more) {
        return new CallOptions(
                timeout, deadline, new Metadata(headers).addAll(more), responseMetadata, compression, explanation);
    }

    /**
     * With an {@code Idempotency-Key}, by which a server that keeps answers (see {@link Idempotency}) recognises a repeat. The
     * call counts as idempotent for what repeats calls, so use it only where the server does keep them. A new key for each
     * call that is meant to act; the same for each repeat of it, which is what retries inside one call do by themselves.
     *
     * @param key 1 to 255 printable ASCII characters, such as a random UUID
     * @throws IllegalArgumentException if it is something else
     */
    public CallOptions withIdempotencyKey(String key) {
        Metadata changed = new Metadata(headers).put(IdempotencyKey.HEADER, IdempotencyKey.quoted(key));
        return new CallOptions(timeout, deadline, changed, responseMetadata, compression, explanation);
    }

    /** What comes with the response is put into {@code sink}. */
    public CallOptions withResponseMetadata(ResponseMetadata sink) {
        return new CallOptions(timeout, deadline, headers, sink, compression, explanation);
    }

    /**
     * Every request message, however small, is compressed by {@code how}; without this as the channel has it ({@link
     * ChannelBuilder#compression}).
     */
    public CallOptions withCompression(Compression how) {
        return new CallOptions(timeout, deadline, headers, responseMetadata, how, explanation);
    }

    /**
     * What is decided on the call's way, and why, is put into {@code why}: which endpoints were considered, what was tried
     * again and what was not. For one call; those of several would stand in one list.
     */
    public CallOptions withExplanation(Explanation why) {
        return new CallOptions(timeout, deadline, headers, responseMetadata, compression, why);
    }

    Optional<Explanation> explanation() {
        return Optional.ofNullable(explanation);
    }

    Optional<Compression> compression() {
        return Optional.ofNullable(compression);
    }

    /** The headers of a call, for it alone. */
    Metadata copyOfHeaders() {
        return new Metadata(headers);
    }

    /** When a call that starts now must have ended by these options. */
    Deadline deadlineFromNow() {
        return timeout == null ? deadline : deadline.earlier(Deadline.after(timeout));
    }

    /** The method as these options call it: one with a key may be repeated whatever its contract says. */
    Method asCalled(Method method) {
        return method.isIdempotent() || method.kind() != Method.Kind.UNARY || !headers.contains(IdempotencyKey.HEADER)
                ? method
                : new Method(method.service(), method.name(), method.kind(), Method.Idempotency.IDEMPOTENT);
    }

    Optional<ResponseMetadata> responseMetadata() {
        return Optional.ofNullable(responseMetadata);
    }
}
