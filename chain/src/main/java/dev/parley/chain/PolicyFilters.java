package dev.parley.chain;

import dev.parley.Attributes;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.Timer;
import dev.parley.http.Exchange;
import dev.parley.http.ExchangeFilter;
import dev.parley.http.HttpException;
import dev.parley.http.Verdict;
import dev.parley.resilience.Bulkhead;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.LoadShedder;
import dev.parley.resilience.RateLimiter;
import dev.parley.resilience.RejectedException;
import java.util.List;
import java.util.function.Function;

/**
 * Policies in front of exchanges, on the event loop: the same state machines as in front of handlers, without a thread
 * that waits. One policy may stand in both places, and then has one state.
 *
 * <p>A refused exchange is answered with 429 or 503 and, where the policy knows it, {@code Retry-After}. A timeout needs
 * no filter: {@link Exchange#deadline} sets one.
 */
public final class PolicyFilters {

    private PolicyFilters() {}

    /**
     * {@code breaker} judges by the status: what {@link HttpException#codeOf} makes of it, or of the error that the server
     * gave it for. Errors in trailers behind a status of 200 (gRPC) are not seen here.
     */
    public static ExchangeFilter breaker(CircuitBreaker breaker) {
        return new Breaker(breaker, Attributes.Key.of("a permit of " + breaker));
    }

    /** Exchanges wait for a place in {@code bulkhead} suspended, and hold it until they are over. */
    public static ExchangeFilter bulkhead(Bulkhead bulkhead) {
        return new Wall(bulkhead, Attributes.Key.of("a place in " + bulkhead));
    }

    /** Exchanges wait for their turn at {@code limiter} suspended, if they may. */
    public static ExchangeFilter rateLimiter(RateLimiter limiter) {
        return new Rate(limiter, Attributes.Key.of("a turn at " + limiter));
    }

    /**
     * {@code shedder}, which measures from the head of a request to the last byte of its response. An exchange counts as
     * its method and the first two segments of its path, such as {@code POST /shop.order.v1.OrderService/CreateOrder}.
     */
    public static ExchangeFilter loadShedder(LoadShedder shedder) {
        return loadShedder(shedder, PolicyFilters::kind);
    }

    /**
     * As {@link #loadShedder(LoadShedder)}.
     *
     * @param kind stands for exchanges that take equally long without load; a few hundred of them at most. It is called on
     *     the event loop
     */
    public static ExchangeFilter loadShedder(LoadShedder shedder, Function<Exchange, Object> kind) {
        return new Shedder(shedder, kind, Attributes.Key.of("a permit of " + shedder));
    }

    private static Object kind(Exchange exchange) {
        String target = exchange.target();
        int end = 0;
        for (int slashes = 0; end < target.length(); end++) {
            char c = target.charAt(end);
            if (c == '?' || (c == '/' && ++slashes == 3)) {
                break;
            }
        }
        return exchange.method() + ' ' + target.substring(0, end);
    }

    private record Breaker(CircuitBreaker breaker, Attributes.Key<Long> permits) implements ExchangeFilter {
        @Override
        public Verdict request(Exchange exchange) {
            long permit = breaker.tryAcquire();
            if (permit < 0) {
                throw breaker.rejection(permit);
            }
            exchange.attributes().put(permits, permit);
            return Verdict.proceed();
        }

        @Override
        public void ended(Exchange exchange, Outcome outcome) {
            exchange.attributes().get(permits).ifPresent(permit -> settle(permit, exchange.status(), outcome));
        }

        private void settle(long permit, int status, Outcome outcome) {
            switch (outcome) {
                case Outcome.Failed(CallException error) -> breaker.onFailure(permit, seenFrom(status, error));
                case Outcome.Ok ok
                when status >= 400 ->
                    breaker.onFailure(permit, answered(HttpException.codeOf(status), "HTTP status " + status));
                case Outcome.Ok ok -> breaker.onSuccess(permit);
            }
        }

        /** What stands behind this filter is the service, so what it was answered with came from the other side. */
        private static CallException seenFrom(int status, CallException error) {
            return status == 0 || error.code() == Code.CANCELLED || error instanceof RejectedException
                    ? error
                    : answered(error.code(), error.message());
        }

        private static CallException answered(Code code, String message) {
            return new CallException(
                    code, message, null, List.of(), new Metadata(), CallException.Origin.REMOTE, RetryAdvice.UNSTATED);
        }
    }

    private record Wall(Bulkhead bulkhead, Attributes.Key<Bulkhead.Slot> places) implements ExchangeFilter {
        @Override
        public Verdict request(Exchange exchange) {
            if (bulkhead.tryAcquire()) {
                exchange.attributes().put(places, bulkhead::release);
                return Verdict.proceed();
            }
            Bulkhead.Slot place = bulkhead.acquire(exchange.deadline(), new Bulkhead.Admission() {
                @Override
                public void admitted() {
                    exchange.resume(Verdict.proceed());
                }

                @Override
                public void refused(RejectedException error) {
                    exchange.resume(Verdict.fail(error));
                }
            });
            exchange.attributes().put(places, place);
            return Verdict.suspend();
        }

        @Override
        public void ended(Exchange exchange, Outcome outcome) {
            exchange.attributes().get(places).ifPresent(Bulkhead.Slot::release);
        }
    }

    private record Rate(RateLimiter limiter, Attributes.Key<Timer.Scheduled> turns) implements ExchangeFilter {
        @Override
        public Verdict request(Exchange exchange) {
            long wait = limiter.reserve();
            if (wait == 0) {
                return Verdict.proceed();
            }
            Timer.Scheduled turn =
                    limiter.schedule(wait, exchange.deadline(), () -> exchange.resume(Verdict.proceed()));
            exchange.attributes().put(turns, turn);
            return Verdict.suspend();
        }

        @Override
        public void ended(Exchange exchange, Outcome outcome) {
            exchange.attributes().get(turns).ifPresent(Timer.Scheduled::cancel);
        }
    }

    private record Shedder(LoadShedder shedder, Function<Exchange, Object> kind, Attributes.Key<Long> permits)
            implements ExchangeFilter {
        @Override
        public Verdict request(Exchange exchange) {
            long permit = shedder.tryAcquire();
            if (permit < 0) {
                throw shedder.rejection();
            }
            exchange.attributes().put(permits, permit);
            return Verdict.proceed();
        }

        @Override
        public void ended(Exchange exchange, Outcome outcome) {
            exchange.attributes().get(permits).ifPresent(permit -> settle(exchange, permit, outcome));
        }

        private void settle(Exchange exchange, long permit, Outcome outcome) {
            switch (outcome) {
                case Outcome.Failed(CallException error) -> shedder.onFailure(kind.apply(exchange), permit, error);
                case Outcome.Ok ok when exchange.status() >= 400 -> shedder.release();
                case Outcome.Ok ok -> shedder.onSuccess(kind.apply(exchange), permit);
            }
        }
    }
}
