package dev.parley.rpc;

import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * {@code /healthz} (can the process go on?) and {@code /readyz} (does the server want to be called?), for probes that speak
 * plain HTTP. They say nothing of single services, because nobody is asked who they are.
 */
final class HealthPages {

    private final Health health;

    HealthPages(Health health) {
        this.health = health;
    }

    /** The answer; null if the path is another one. */
    @Nullable
    HttpResponse answer(HttpRequest request) {
        boolean good;
        String status;
        switch (request.path()) {
            case "/readyz" -> {
                good = health.status("").orElse(Health.Status.NOT_SERVING) == Health.Status.SERVING;
                status = good ? "SERVING" : "NOT_SERVING";
            }
            case "/healthz" -> {
                good = health.state().alive();
                status = good ? "ALIVE" : "NOT_ALIVE";
            }
            default -> {
                return null;
            }
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            HttpResponse refused = HttpResponse.text(405, request.path() + " takes GET, HEAD, not " + request.method());
            refused.headers().put("allow", "GET, HEAD");
            return refused;
        }
        HttpResponse answer = HttpResponse.of(
                good ? 200 : 503,
                "application/json",
                ("{\"status\":\"" + status + "\"}").getBytes(StandardCharsets.UTF_8));
        answer.headers().put("cache-control", "no-store");
        return answer;
    }
}
