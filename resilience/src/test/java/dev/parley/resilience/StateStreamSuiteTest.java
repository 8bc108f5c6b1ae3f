package dev.parley.resilience;

import dev.parley.Interceptor;
import dev.parley.tck.InterceptorSuite;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/** Each policy on both sides of each call that streams. */
class StateStreamSuiteTest {

    @Nested
    class Breakers extends InterceptorSuite {
        @Override
        protected Interceptor interceptor() {
            return new CircuitBreaker("suite", CircuitBreakerPolicy.defaults());
        }
    }

    @Nested
    class Bulkheads extends InterceptorSuite {
        @Override
        protected Interceptor interceptor() {
            return new Bulkhead("suite", BulkheadPolicy.defaults());
        }
    }

    @Nested
    class RateLimiters extends InterceptorSuite {
        @Override
        protected Interceptor interceptor() {
            return new RateLimiter("suite", RateLimiterPolicy.defaults());
        }
    }

    @Nested
    class Timeouts extends InterceptorSuite {
        @Override
        protected Interceptor interceptor() {
            return new Timeout("suite", new TimeoutPolicy(Duration.ofMinutes(5), true));
        }
    }

    @Nested
    class LoadShedders extends InterceptorSuite {
        @Override
        protected Interceptor interceptor() {
            return new LoadShedder("suite", LoadShedderPolicy.defaults().withStreams(true));
        }
    }
}
