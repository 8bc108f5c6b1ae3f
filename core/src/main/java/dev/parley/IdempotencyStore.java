package dev.parley;

import java.time.Duration;
import java.util.Objects;

/**
 * Remembers which keyed calls have run and what they answered, so that a repeat is answered from here instead of running
 * again. A server asks it before and after each call that has an idempotency key; {@code dev.parley.rpc.Idempotency} is
 * the interceptor that does.
 *
 * <p>One key goes through these states:
 *
 * <pre>
 *          claim                complete
 *   (none) -----&gt; running ----------------&gt; done ----&gt; (none), once its age is over
 *      ^             |  \
 *      '-- abandon --'   '-- lease over: the next claim with the same fingerprint takes the run over
 * </pre>
 *
 * <p>{@link #claim} is atomic over all threads and processes that share the store: of any number of claims at once, one is
 * {@link Claim.First}. A claim has a token, and only who holds the current one can complete or abandon it: a run that
 * comes back after its lease was taken over changes nothing.
 *
 * <p>Implementations are thread-safe and may block. They throw what they like when they cannot answer; the call then fails
 * without having run ({@code UNAVAILABLE}, or as the store says by a {@link CallException}). A store that is full refuses
 * new keys; it never forgets one before its age, because that would let a call run twice.
 * {@code dev.parley.tck.IdempotencyStoreSuite} is the suite to be passed.
 */
public interface IdempotencyStore {

    /**
     * What is remembered under: the same key of another method or another caller is another key.
     *
     * @param method full name of the method, {@code service/name}
     * @param principal name of the authenticated caller; empty if there is none
     * @param key what the caller chose
     */
    record Key(String method, String principal, String key) {
        /** Checks that nothing is null. */
        public Key {
            Objects.requireNonNull(method, "method");
            Objects.requireNonNull(principal, "principal");
            Objects.requireNonNull(key, "key");
        }
    }

    /** What became of a claim. */
    sealed interface Claim {

        /**
         * The key is new, and the caller's to run until its lease is over.
         *
         * @param token what {@link #complete} and {@link #abandon} want; never the same twice
         * @param takenOver whether an earlier run of the same request neither completed nor abandoned before its lease was
         *     over: it may have acted
         */
        record First(String token, boolean takenOver) implements Claim {}

        /** The same request runs, and its lease is not over. */
        record InFlight() implements Claim {}

        /**
         * The same request has run.
         *
         * @param answer what was given to {@link #complete}; not copied, so not to be changed
         */
        @SuppressWarnings("ArrayRecordComponent") // never compared, and a copy would buy nothing
        record Done(byte[] answer) implements Claim {}

        /** The same request has run, but its answer could not be kept: it was larger than the store allows. */
        record Spent() implements Claim {}

        /** The key was used for another request. */
        record Mismatch() implements Claim {}
    }

    /**
     * Claims {@code key} for a request.
     *
     * @param fingerprint a digest of the request; the same key with another one is a {@link Claim.Mismatch}, also when the
     *     lease of the earlier run is over. Not copied, so not to be changed
     * @param lease how long the run is believed to go on; afterwards it is taken for crashed. Positive
     */
    Claim claim(Key key, byte[] fingerprint, Duration lease);

    /**
     * Remembers the answer of a run for the store's age. A run whose lease is over may still complete as long as nobody has
     * taken it over.
     *
     * @param token of the claim
     * @param answer any bytes; not copied, so not to be changed
     * @return false if the claim is not this token's any more; then nothing has changed
     */
    boolean complete(Key key, String token, byte[] answer);

    /**
     * Frees the key: the run has failed in a way that a repeat may get over.
     *
     * @param token of the claim
     * @return false if the claim is not this token's any more; then nothing has changed
     */
    boolean abandon(Key key, String token);

    /** A store in this process's memory: 100,000 keys, 64 MiB, remembered for 24 hours. */
    static IdempotencyStore inMemory() {
        return inMemory(100_000, 64L << 20, Duration.ofHours(24));
    }

    /**
     * A store in this process's memory. It ends with the process, so it is right for one server, and for tests.
     *
     * @param maxKeys most keys, running and done; over it a claim fails with {@code RESOURCE_EXHAUSTED}
     * @param maxBytes most bytes of keys, fingerprints and answers together; over it a claim fails with
     *     {@code RESOURCE_EXHAUSTED}, and an answer is not kept ({@link Claim.Spent})
     * @param age how long an answer is remembered from its completion on, and a run that never came back from its claim on
     * @throws IllegalArgumentException if one of them is not positive
     */
    static IdempotencyStore inMemory(int maxKeys, long maxBytes, Duration age) {
        return new InMemoryIdempotencyStore(maxKeys, maxBytes, age, Timer.system());
    }
}
