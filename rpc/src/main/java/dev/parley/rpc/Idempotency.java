package dev.parley.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.IdempotencyStore;
import dev.parley.IdempotencyStore.Claim;
import dev.parley.Interceptor;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.http.HttpException;
import java.io.IOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Principal;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Answers the repeat of a call that has an {@code Idempotency-Key} from what the first one answered. For unary methods, over
 * every protocol; a method without side effects needs no key and runs each time, a call without a key too.
 *
 * <p>A key is one caller's ({@link Call#principal}, so what authenticates stands in front of this) for one method, and for
 * one request: that is compared as a message, whatever codec it came in.
 *
 * <table>
 * <caption>what a keyed call is answered</caption>
 * <tr><td>the key is new</td><td>what the implementation says</td></tr>
 * <tr><td>the same request has ended</td><td>its answer, error or not, with headers and trailers of the implementation but
 *     {@code set-cookie}, and {@code idempotency-replayed: true}</td></tr>
 * <tr><td>the same request runs</td><td>ABORTED (409), to be repeated in a second</td></tr>
 * <tr><td>another request had the key</td><td>INVALID_ARGUMENT (422)</td></tr>
 * <tr><td>its answer was too large for the store</td><td>FAILED_PRECONDITION (409)</td></tr>
 * <tr><td>the header is malformed, over 255 characters, or on a stream</td><td>INVALID_ARGUMENT (400)</td></tr>
 * <tr><td>the store fails</td><td>UNAVAILABLE (503); the call has not run</td></tr>
 * </table>
 *
 * <p>Kept are success and the errors that a repeat would meet again: INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS,
 * PERMISSION_DENIED, UNAUTHENTICATED, FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED, DATA_LOSS. After CANCELLED, UNKNOWN,
 * DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE the key is free, and a repeat runs.
 *
 * <p>The claim of a server that died is over 30 s after the call's deadline (after an hour if it had none); the next repeat
 * then runs, which is logged, because what the first has done is not known. If the store fails after the implementation has
 * succeeded, the caller has its answer, which is logged too. Immutable and thread-safe.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">the draft of the IETF</a>
 */
public final class Idempotency implements Interceptor {

    /** Stands in an answer that was kept: {@code true}. */
    public static final String REPLAYED = "idempotency-replayed";

    private static final System.Logger LOG = System.getLogger(Idempotency.class.getName());

    private static final Duration RUNNING_LATE = Duration.ofSeconds(30);
    private static final Duration LEASE_WITHOUT_DEADLINE = Duration.ofHours(1);
    private static final Duration LONGEST_LEASE = Duration.ofHours(24);
    private static final RetryAdvice SOON = RetryAdvice.after(Duration.ofSeconds(1));

    private final IdempotencyStore store;
    private final Map<Method, Message> responses;

    private Idempotency(IdempotencyStore store, Map<Method, Message> responses) {
        this.store = store;
        this.responses = responses;
    }

    /** For the methods of {@code services}; calls to others pass. {@link RpcServer.Builder#idempotency} does this. */
    public static Idempotency of(IdempotencyStore store, Collection<? extends ServiceDefinition<?>> services) {
        Map<Method, Message> responses = new HashMap<>();
        for (ServiceDefinition<?> service : services) {
            service.bindings()
                    .forEach(binding -> responses.put(
                            binding.method().method(), binding.method().responsePrototype()));
        }
        return new Idempotency(store, Map.copyOf(responses));
    }

    @Override
    public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
        if (!call.requestHeaders().contains(IdempotencyKey.HEADER)
                || call.method().idempotency() == Method.Idempotency.NO_SIDE_EFFECTS) {
            return next.handle(call, request);
        }
        Message prototype = responses.get(call.method());
        if (prototype == null) {
            return next.handle(call, request);
        }
        if (!(request instanceof Message message) || call.method().kind() != Method.Kind.UNARY) {
            throw new CallException(
                    Code.INVALID_ARGUMENT, "Idempotency-Key is for unary methods, and " + call.method() + " streams");
        }
        IdempotencyStore.Key key = new IdempotencyStore.Key(
                call.method().fullName(),
                call.principal().map(Principal::getName).orElse(""),
                IdempotencyKey.parse(call.requestHeaders().getAll(IdempotencyKey.HEADER)));
        return switch (claim(call, key, message)) {
            case Claim.First first -> run(call, request, next, key, first);
            case Claim.Done done -> {
                @SuppressWarnings("unchecked") // the prototype is that of the method, whose response is R
                R response = (R) StoredAnswers.replay(call, prototype, done.answer());
                yield response;
            }
            case Claim.InFlight running ->
                throw new CallException(
                                Code.ABORTED, "a call with this Idempotency-Key runs already; repeat it in a moment")
                        .withRetryAdvice(SOON);
            case Claim.Spent spent ->
                throw new HttpException(
                        409,
                        Code.FAILED_PRECONDITION,
                        "the call with this Idempotency-Key has run, but its answer was too large to be kept");
            case Claim.Mismatch other ->
                throw new HttpException(
                        422, Code.INVALID_ARGUMENT, "this Idempotency-Key was used for another request");
        };
    }

    private Claim claim(Call call, IdempotencyStore.Key key, Message request) {
        try {
            Claim claim = store.claim(key, fingerprint(request), lease(call));
            if (claim instanceof Claim.First first && first.takenOver()) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        () -> call.method() + " runs again under an idempotency key: its earlier run did not end within"
                                + " its lease, and may have acted");
            }
            return claim;
        } catch (CallException told) {
            throw told;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, () -> "the store of idempotency keys failed: " + call.method(), e);
            throw new CallException(
                    Code.UNAVAILABLE, "the store of idempotency keys does not answer; the call has not run", e);
        }
    }

    private <Q, R> R run(Call call, Q request, Handler<Q, R> next, IdempotencyStore.Key key, Claim.First claim)
            throws Exception {
        // A child, so that what the implementation adds to the answer's metadata is told from what stands there.
        CallScope attempt = CallScope.child(call);
        try {
            R response = attempt.run(next, request);
            if (!(response instanceof Message message)) {
                throw new CallException(Code.INTERNAL, call.method() + " returned no message");
            }
            byte[] answer = StoredAnswers.of(attempt, message);
            settle(call, () -> store.complete(key, claim.token(), answer));
            attempt.keepMetadata();
            attempt.end(Outcome.OK);
            return response;
        } catch (Throwable thrown) {
            CallException error = thrown instanceof CallException known
                    ? known
                    : attempt.cancellation().orElseGet(() -> CallException.from(thrown));
            if (isKept(error.code())) {
                byte[] answer = StoredAnswers.of(attempt, error);
                settle(call, () -> store.complete(key, claim.token(), answer));
            } else {
                settle(call, () -> store.abandon(key, claim.token()));
            }
            attempt.keepMetadata();
            attempt.end(Outcome.failed(error));
            throw thrown;
        }
    }

    /**
     * Tells the store how a run has ended. A second time if it fails: a cancellation may have interrupted it, which is not
     * to decide whether an answer is kept.
     */
    private static void settle(Call call, BooleanSupplier telling) {
        boolean interrupted = Thread.interrupted();
        try {
            boolean ours;
            try {
                ours = telling.getAsBoolean();
            } catch (RuntimeException once) {
                interrupted |= Thread.interrupted();
                ours = telling.getAsBoolean();
            }
            if (!ours) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        () -> call.method() + " ran longer than the lease of its idempotency key, and was run again");
            }
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    () -> "the end of a keyed call was not kept, so a repeat of it will run once its lease is over: "
                            + call.method(),
                    e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static boolean isKept(Code code) {
        return switch (code) {
            case CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE -> false;
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    UNAUTHENTICATED,
                    FAILED_PRECONDITION,
                    OUT_OF_RANGE,
                    UNIMPLEMENTED,
                    DATA_LOSS -> true;
        };
    }

    private static Duration lease(Call call) {
        if (call.deadline().isNone()) {
            return LEASE_WITHOUT_DEADLINE;
        }
        Duration left = Duration.ofNanos(Math.max(0, call.deadline().remainingNanos()));
        Duration lease = left.compareTo(LONGEST_LEASE) > 0 ? LONGEST_LEASE : left;
        return lease.plus(RUNNING_LATE);
    }

    /** The same for the same message in every codec: maps are written in the order of their keys. */
    private static byte[] fingerprint(Message request) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            CodedOutputStream out = CodedOutputStream.newInstance(
                    new DigestOutputStream(java.io.OutputStream.nullOutputStream(), digest));
            out.useDeterministicSerialization();
            request.writeTo(out);
            out.flush();
            return digest.digest();
        } catch (NoSuchAlgorithmException | IOException e) {
            throw new AssertionError("every JDK has SHA-256, and nothing is written anywhere", e);
        }
    }
}
