package dev.parley.rpc.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.http.HttpServer;
import dev.parley.rest.Routes;
import dev.parley.rest.ServiceClient;
import dev.parley.rest.ServiceException;
import dev.parley.telemetry.Telemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Spans of REST's routes and of clients of services. */
@Timeout(30)
class RoutesTracingTest {

    private record User(long id, String name) {}

    private final Map<Long, User> users = Map.of(1L, new User(1, "Ada"));

    @Test
    void aRouteNamesTheSpanAndAClientTellsWhatItWasAnswered() throws Exception {
        try (Recorded recorded = new Recorded()) {
            Telemetry telemetry = Telemetry.of(recorded.sdk);
            Routes routes = Routes.builder()
                    .get("/users/{id}", request -> Optional.ofNullable(users.get(request.path("id", Long.class))))
                    .build();
            try (HttpServer server = HttpServer.builder()
                            .handler(telemetry.httpServer().before(routes))
                            .start();
                    ServiceClient client = ServiceClient.builder("users", "http://127.0.0.1:" + server.port())
                            .interceptors(List.of(telemetry.httpClient()))
                            .build()) {
                assertThat(client.get("/users/{id}", 1).as(User.class).name()).isEqualTo("Ada");
                assertThatThrownBy(() -> client.get("/users/{id}", 2).as(User.class))
                        .isInstanceOf(ServiceException.class);
            }
            List<SpanData> spans = recorded.spans(4);
            for (long status : new long[] {200, 404}) {
                Tree tree = Tree.of(spans.stream()
                        .filter(span -> span.getTraceId().equals(traceOf(spans, status)))
                        .toList());
                SpanData client = tree.root();
                SpanData server = tree.only(client);
                assertThat(server.getName()).isEqualTo("GET /users/{id}");
                assertThat(server.getAttributes().get(AttributeKey.stringKey("http.route")))
                        .isEqualTo("/users/{id}");
                assertThat(server.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
                assertThat(client.getName()).isEqualTo("GET");
                assertThat(client.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
                        .isEqualTo(status);
                assertThat(client.getAttributes().get(AttributeKey.stringKey("error.type")))
                        .isEqualTo(status == 404 ? "404" : null);
            }
        }
    }

    private static String traceOf(List<SpanData> spans, long status) {
        return spans.stream()
                .filter(span -> Long.valueOf(status)
                        .equals(span.getAttributes().get(AttributeKey.longKey("http.response.status_code"))))
                .findFirst()
                .orElseThrow()
                .getTraceId();
    }
}
