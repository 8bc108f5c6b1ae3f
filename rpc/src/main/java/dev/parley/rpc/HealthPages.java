package dev.parley.rpc;

import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code /healthz} (can the process go on?) and {@code /readyz} (does the server want to be called?), for probes that speak
 * plain HTTP. They say nothing of single services, because nobody is asked who they are; of components {@code /readyz} does if
 * that was asked for.
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
        String body = "{\"status\":\"" + status + '"' + components(request) + '}';
        HttpResponse answer =
                HttpResponse.of(good ? 200 : 503, "application/json", body.getBytes(StandardCharsets.UTF_8));
        answer.headers().put("cache-control", "no-store");
        return answer;
    }

    /** Their names need no escaping. */
    private String components(HttpRequest request) {
        Map<String, Health.Status> listed = request.path().equals("/readyz") ? health.listed() : Map.of();
        return listed.isEmpty()
                ? ""
                : listed.entrySet().stream()
                        .map(each -> '"' + each.getKey() + "\":\"" + each.getValue() + '"')
                        .collect(Collectors.joining(",", ",\"components\":{", "}"));
    }
}
