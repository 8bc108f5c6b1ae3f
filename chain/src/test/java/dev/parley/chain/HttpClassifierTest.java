package dev.parley.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Timer;
import dev.parley.http.Body;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.resilience.RetryPolicy;
import dev.parley.telemetry.Telemetry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The default policies in front of a plain HTTP client, whose failures are answers. */
class HttpClassifierTest {

    private final Deque<HttpResponse> answers = new ArrayDeque<>(); // guarded by itself
    private final Deque<String> asked = new ArrayDeque<>(); // guarded by answers
    private final HttpServer server = HttpServer.builder()
            .handler((call, request) -> {
                byte[] body = request.body().readAll();
                synchronized (answers) {
                    asked.add(request.method() + ' ' + new String(body, StandardCharsets.UTF_8));
                    return answers.isEmpty() ? HttpResponse.text(200, "here") : answers.remove();
                }
            })
            .start();
    private final HttpClient client = HttpClient.create();
    private final ClientResilience policies = new ClientResilience(
            "shop",
            ClientPolicies.defaults()
                    .withRetry(RetryPolicy.defaults().withBackoff(Duration.ofMillis(1), 2, Duration.ofMillis(5))),
            HttpClassifier.INSTANCE,
            Timer.system());

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private HttpResponse send(Method method, String verb, Body body) throws Exception {
        Handler<HttpRequest, HttpResponse> calls =
                DefaultChains.httpClient(policies, Telemetry.off()).around(method, client);
        HttpRequest request =
                new HttpRequest(verb, "http", "127.0.0.1:" + server.port(), "/products", new Metadata(), body);
        return CallScope.builder(method).build().run(calls, request);
    }

    private static Method get() {
        return new Method("shop", "GET /products", Method.Kind.UNARY, Method.Idempotency.NO_SIDE_EFFECTS);
    }

    private static String text(HttpResponse response) {
        return new String(response.body().readAll(), StandardCharsets.UTF_8);
    }

    @Test
    void aFailedAnswerIsDroppedAndAskedForAgain() throws Exception {
        answers.add(HttpResponse.text(503, "not yet"));
        answers.add(HttpResponse.text(429, "too many"));
        HttpResponse response = send(get(), "GET", Body.empty());
        assertThat(response.status()).isEqualTo(200);
        assertThat(text(response)).isEqualTo("here");
        assertThat(asked).hasSize(3);
        long until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (client.running() > 0) {
            assertThat(System.nanoTime())
                    .as("exchanges whose answer nobody reads")
                    .isLessThan(until);
            Thread.onSpinWait();
        }
    }

    @Test
    void theLastAnswerIsGivenAsItIs() throws Exception {
        for (int i = 0; i < 3; i++) {
            answers.add(HttpResponse.text(502, "number " + i));
        }
        HttpResponse response = send(get(), "GET", Body.empty());
        assertThat(response.status()).isEqualTo(502);
        assertThat(text(response)).isEqualTo("number 2");
    }

    @Test
    void otherAnswersAreAnswers() throws Exception {
        for (int status : List.of(404, 409, 301)) {
            answers.add(HttpResponse.text(status, "no"));
            assertThat(send(get(), "GET", Body.empty()).status()).isEqualTo(status);
        }
        assertThat(asked).hasSize(3);
        assertThat(policies.breaker(get()).snapshot().toString()).contains("CLOSED");
    }

    @Test
    void whatMayHaveActedIsNotSentAgain() throws Exception {
        answers.add(HttpResponse.text(503, "perhaps"));
        HttpResponse response =
                send(Method.unary("shop", "POST /products"), "POST", Body.of("x".getBytes(StandardCharsets.UTF_8)));
        assertThat(response.status()).isEqualTo(503);
        assertThat(asked).containsExactly("POST x");
    }

    @Test
    void aBodyThatIsReadOnceIsNotSentAgain() throws Exception {
        answers.add(HttpResponse.text(503, "not yet"));
        Method put = new Method("shop", "PUT /products", Method.Kind.UNARY, Method.Idempotency.IDEMPOTENT);
        HttpResponse response = send(put, "PUT", Body.stream(Messages.of("a".getBytes(StandardCharsets.UTF_8))));
        assertThat(response.status()).isEqualTo(503);
        assertThat(asked).containsExactly("PUT a");
    }

    @Test
    void failedAnswersOpenTheBreaker() throws Exception {
        Method post = Method.unary("shop", "POST /products");
        for (int i = 0; i < 5; i++) {
            answers.add(HttpResponse.text(500, "broken"));
            assertThat(send(post, "POST", Body.empty()).status()).isEqualTo(500);
        }
        CallException refused = catchThrowableOfType(CallException.class, () -> send(post, "POST", Body.empty()));
        assertThat(refused.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refused).hasMessageContaining("shop/POST /products");
        assertThat(asked).hasSize(5);
        assertThat(send(get(), "GET", Body.empty()).status())
                .as("another method")
                .isEqualTo(200);
    }
}
