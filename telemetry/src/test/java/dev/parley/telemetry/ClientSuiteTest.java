package dev.parley.telemetry;

import dev.parley.Call;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.tck.InterceptorSuite;
import java.util.List;

/** What every interceptor promises of streams; here a client's two. */
class ClientSuiteTest extends InterceptorSuite {

    private static final Recorded RECORDED = new Recorded();

    @Override
    protected Interceptor interceptor() {
        Telemetry telemetry =
                Telemetry.of(RECORDED.sdk, TelemetryOptions.defaults().withRecordMessages(RecordMessages.CONTENT));
        return new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                return Interceptor.chain(List.of(telemetry.client(), telemetry.attempt()), next)
                        .handle(call, request);
            }
        };
    }
}
