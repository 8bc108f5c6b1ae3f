package dev.parley.chain;

import dev.parley.CallException;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.http.HttpException;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.RetryAfter;
import dev.parley.resilience.Classifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells policies in front of a plain {@link dev.parley.http.HttpClient} which of its responses are failures: 408, 425, 429
 * and 5xx. What may be repeated says so ({@code Retry-After}, otherwise {@link RetryAdvice#SAFE} for 408, 425, 429, 502, 503
 * and 504). A request whose body is a stream is not repeated. Thread-safe.
 *
 * <pre>{@code
 * ClientResilience shop = new ClientResilience(
 *         "shop", ClientPolicies.defaults(), HttpClassifier.INSTANCE, Timer.system());
 * Handler<HttpRequest, HttpResponse> calls =
 *         DefaultChains.httpClient(shop, Telemetry.off()).around(Method.unary("shop", "GET /products"), client);
 * }</pre>
 */
public final class HttpClassifier implements Classifier {

    /** It has no state. */
    public static final HttpClassifier INSTANCE = new HttpClassifier();

    private HttpClassifier() {}

    @Override
    public @Nullable CallException failure(@Nullable Object response) {
        if (!(response instanceof HttpResponse http) || !isFailure(http.status())) {
            return null;
        }
        return new CallException(
                HttpException.codeOf(http.status()),
                "the server answered " + http.status(),
                null,
                List.of(),
                new Metadata(),
                CallException.Origin.REMOTE,
                advice(http));
    }

    private static boolean isFailure(int status) {
        return status >= 500 || status == 408 || status == 425 || status == 429;
    }

    private static RetryAdvice advice(HttpResponse response) {
        RetryAdvice stated = RetryAfter.read(response.headers());
        if (!stated.equals(RetryAdvice.UNSTATED)) {
            return stated;
        }
        return switch (response.status()) {
            case 408, 425, 429, 502, 503, 504 -> RetryAdvice.SAFE;
            default -> RetryAdvice.UNSTATED;
        };
    }

    @Override
    public boolean isRepeatable(@Nullable Object request) {
        return !(request instanceof HttpRequest http) || http.body().isAtHand();
    }

    @Override
    public void discard(@Nullable Object response) {
        if (response instanceof HttpResponse http) {
            http.body().close();
        }
    }
}
