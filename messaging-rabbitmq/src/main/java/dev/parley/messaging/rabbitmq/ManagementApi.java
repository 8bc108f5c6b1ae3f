package dev.parley.messaging.rabbitmq;

import dev.parley.CallException;
import dev.parley.Code;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Lists queues, which AMQP cannot, over RabbitMQ's management API. An interrupt ends the waiting of its thread only. Thread-safe.
 *
 * @see <a href="https://rawcdn.githack.com/rabbitmq/rabbitmq-server/v3.10.8/deps/rabbitmq_management/priv/www/api/index.html">the API</a>
 */
final class ManagementApi implements AutoCloseable {
    /** How many queues a virtual host may have, ours or not. */
    static final int MAX_QUEUES = 10_000;

    /** How long an answer may take, and how many bytes it may have. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    static final int MAX_BYTES = 8 << 20;

    private static final int PAGE = 500; // the API's own limit
    private static final int MAX_REASON = 200;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Settings settings;
    private final HttpClient client;
    private final String authorization;

    ManagementApi(Settings settings, Duration connectTimeout) {
        this.settings = settings;
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(connectTimeout)
                .build();
        String credentials = settings.user() + ':' + settings.password().text();
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    /** All queues of the virtual host by their names. */
    Map<String, ListedQueue> queues() throws InterruptedException {
        Map<String, ListedQueue> all = new LinkedHashMap<>();
        String path = "/api/queues/"
                + URLEncoder.encode(settings.virtualHost(), StandardCharsets.UTF_8)
                        .replace("+", "%20")
                + "?sort=name&page_size=" + PAGE + "&columns=" + ListedQueue.COLUMNS + "&page=";
        int pages = 1;
        for (int page = 1; page <= pages; page++) {
            Answer answer = get(path + page);
            JsonNode items = answer.json().path("items");
            if (!items.isArray()) {
                throw failed(answer.from(), Code.UNAVAILABLE, "what answers is not RabbitMQ's: it lists no queues");
            }
            if (answer.json().path("total_count").asLong(0) > MAX_QUEUES) {
                throw failed(
                        answer.from(),
                        Code.RESOURCE_EXHAUSTED,
                        "the virtual host \"%s\" has more than %d queues"
                                .formatted(settings.virtualHost(), MAX_QUEUES));
            }
            for (JsonNode item : items) {
                ListedQueue queue = ListedQueue.of(item);
                all.put(queue.name(), queue);
            }
            pages = (int) Math.min(answer.json().path("page_count").asLong(1), MAX_QUEUES / PAGE);
        }
        return all;
    }

    private record Answer(URI from, JsonNode json) {}

    /** Asks the first server that is there. */
    private Answer get(String target) throws InterruptedException {
        CallException away = null;
        for (URI server : settings.management()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(server + target))
                    .header("Authorization", authorization)
                    .header("Accept", "application/json")
                    .GET()
                    .build();
            CompletableFuture<HttpResponse<byte[]>> answer = client.sendAsync(
                    request, HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofByteArray(), MAX_BYTES));
            try {
                return read(server, answer.get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS));
            } catch (ExecutionException e) {
                away = failed(
                        server,
                        Code.UNAVAILABLE,
                        RabbitErrors.reason(e.getCause())
                                + "; it is the plugin rabbitmq_management that answers there, on port 15672 unless it was"
                                + " told otherwise");
            } catch (TimeoutException e) {
                away = failed(server, Code.UNAVAILABLE, "no answer in " + PATIENCE.toSeconds() + " s");
            } finally {
                answer.cancel(true);
            }
        }
        if (away == null) {
            throw new IllegalStateException("no management API is given");
        }
        throw away;
    }

    private Answer read(URI server, HttpResponse<byte[]> response) {
        @Nullable JsonNode json = null;
        try {
            json = JSON.readTree(response.body());
        } catch (JacksonException e) {
            // Said below; what somebody else answers is nothing to be told.
        }
        String reason = json == null ? "" : json.path("reason").asString("");
        reason = reason.isEmpty() ? "" : ": " + reason.substring(0, Math.min(reason.length(), MAX_REASON));
        throwUnlessOk(server, response.statusCode(), reason);
        if (json == null || !json.isObject()) {
            throw failed(server, Code.UNAVAILABLE, "what answers is not RabbitMQ's: it is no JSON object");
        }
        return new Answer(server, json);
    }

    private void throwUnlessOk(URI server, int status, String reason) {
        if (status == HttpURLConnection.HTTP_OK) {
            return;
        }
        throw switch (status) {
            case HttpURLConnection.HTTP_UNAUTHORIZED, HttpURLConnection.HTTP_FORBIDDEN ->
                failed(
                        server,
                        status == HttpURLConnection.HTTP_FORBIDDEN || reason.contains("management")
                                ? Code.PERMISSION_DENIED
                                : Code.UNAUTHENTICATED,
                        "refuses the user \"%s\"%s; it needs its password, and a tag such as \"monitoring\" (rabbitmqctl set_user_tags)"
                                .formatted(settings.user(), reason));
            case HttpURLConnection.HTTP_NOT_FOUND ->
                failed(
                        server,
                        Code.NOT_FOUND,
                        "knows no virtual host \"%s\"%s".formatted(settings.virtualHost(), reason));
            default ->
                failed(
                        server,
                        Code.UNAVAILABLE,
                        "answers with HTTP status %d%s; expected 200 for /api/queues".formatted(status, reason));
        };
    }

    private static CallException failed(URI server, Code code, String what) {
        return new CallException(code, "RabbitMQ's management API at %s: %s".formatted(server, what));
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
