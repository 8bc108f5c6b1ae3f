package dev.parley.telemetry;

import dev.parley.Interceptor;
import dev.parley.tck.InterceptorSuite;

/** What every interceptor promises of streams. */
class ServerSuiteTest extends InterceptorSuite {

    private static final Recorded RECORDED = new Recorded();

    @Override
    protected Interceptor interceptor() {
        return Telemetry.of(RECORDED.sdk).server();
    }
}
