package dev.parley.chain;

import dev.parley.resilience.Bulkhead;
import dev.parley.resilience.CircuitBreaker;
import dev.parley.resilience.LoadShedder;
import dev.parley.resilience.RateLimiter;
import dev.parley.resilience.spec.BulkheadSpec;
import dev.parley.resilience.spec.CircuitBreakerSpec;
import dev.parley.resilience.spec.Lane;
import dev.parley.resilience.spec.LoadShedderSpec;
import dev.parley.resilience.spec.RateLimiterSpec;
import org.junit.jupiter.api.Nested;

/** The policies' specifications on the event loop, over real connections. */
class PolicyFiltersTest {

    @Nested
    class Breaker extends CircuitBreakerSpec {
        @Override
        protected Lane lane(CircuitBreaker through) {
            return new EventLoopLane(PolicyFilters.breaker(through));
        }
    }

    @Nested
    class Wall extends BulkheadSpec {
        @Override
        protected Lane lane(Bulkhead through) {
            return new EventLoopLane(PolicyFilters.bulkhead(through));
        }
    }

    @Nested
    class Rate extends RateLimiterSpec {
        @Override
        protected Lane lane(RateLimiter through) {
            return new EventLoopLane(PolicyFilters.rateLimiter(through));
        }
    }

    @Nested
    class Shedder extends LoadShedderSpec {
        @Override
        protected Lane lane(LoadShedder through) {
            return new EventLoopLane(PolicyFilters.loadShedder(through));
        }
    }
}
