package dev.parley.http;

import dev.parley.CallException;
import java.util.Objects;

/** What an {@link ExchangeFilter} decides about a request. */
public sealed interface Verdict {

    /** What a filter decides about a response. */
    sealed interface OfResponse {}

    /** The exchange goes on to the next filter, and at last to the upstream or the handler. */
    static Continue proceed() {
        return Continue.INSTANCE;
    }

    /**
     * This response, and no other, is the answer.
     *
     * @throws IllegalArgumentException if its body is not bytes at hand ({@link Body#of}): on an event loop nothing can
     *     wait for others
     */
    static Reply reply(HttpResponse response) {
        return new Reply(response);
    }

    /**
     * {@code error} is the answer, as if the filter had thrown it: with the status of {@link HttpException#statusOf}, and
     * what {@link ExchangeFilter#ended} is told. For a filter that found out while the exchange was suspended.
     */
    static Fail fail(CallException error) {
        return new Fail(error);
    }

    /**
     * Nothing happens until {@link Exchange#resume}. The exchange's deadline goes on, and without one the server's idle
     * timeout; the request's body waits at its sender, but for what was received already.
     */
    static Suspend suspend() {
        return Suspend.INSTANCE;
    }

    /** See {@link #proceed}. */
    record Continue() implements Verdict, OfResponse {
        private static final Continue INSTANCE = new Continue();
    }

    /** See {@link #reply}. */
    record Reply(HttpResponse response) implements Verdict, OfResponse {
        /** Checks that the body is at hand. */
        public Reply {
            Objects.requireNonNull(response, "response");
            if (!(response.body() instanceof Body.Bytes)) {
                throw new IllegalArgumentException(
                        "a filter replies with bytes at hand (Body.of or Body.empty), but this body is a "
                                + response.body().getClass().getSimpleName());
            }
        }
    }

    /** See {@link #fail}. */
    record Fail(CallException error) implements Verdict {
        /** Checks that there is an error. */
        public Fail {
            Objects.requireNonNull(error, "error");
        }
    }

    /** See {@link #suspend}. */
    record Suspend() implements Verdict {
        private static final Suspend INSTANCE = new Suspend();
    }
}
