package dev.parley.resilience;

import dev.parley.Interceptor;
import dev.parley.tck.InterceptorSuite;

/** A retry on both sides of each call that streams. */
class RetryStreamSuiteTest extends InterceptorSuite {

    @Override
    protected Interceptor interceptor() {
        return new Retry("suite", RetryPolicy.defaults(), RetryBudget.defaults());
    }
}
