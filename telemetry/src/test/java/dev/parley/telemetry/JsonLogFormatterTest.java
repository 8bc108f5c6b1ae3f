package dev.parley.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.CallScope;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.http.Body;
import dev.parley.http.HttpRequest;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Log lines, through the JDK's logging. */
class JsonLogFormatterTest {

    private static final JsonMapper JSON = JsonMapper.shared();

    private final Logger logger = Logger.getLogger("shop.payment");
    private final List<String> lines = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            lines.add(getFormatter().format(logged));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        handler.setFormatter(new JsonLogFormatter());
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    @AfterEach
    void leave() {
        logger.removeHandler(handler);
    }

    private JsonNode only() {
        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst()).endsWith("}\n");
        assertThat(lines.getFirst().strip()).doesNotContain("\n");
        return JSON.readTree(lines.getFirst());
    }

    @Test
    void aLineSaysWhatWasLoggedByWhomAndWhen() {
        logger.log(Level.WARNING, "charged {0} cents", 250);
        JsonNode line = only();
        assertThat(line.get("level").stringValue()).isEqualTo("WARNING");
        assertThat(line.get("logger").stringValue()).isEqualTo("shop.payment");
        assertThat(line.get("message").stringValue()).isEqualTo("charged 250 cents");
        assertThat(Instant.parse(line.get("timestamp").stringValue()))
                .isBefore(Instant.now().plusSeconds(1));
        assertThat(line.has("trace_id")).isFalse();
    }

    @Test
    void whileACallIsHandledItHasItsTrace() throws Exception {
        try (Recorded recorded = new Recorded()) {
            CallScope call =
                    CallScope.builder(Method.unary("shop.v1.Shop", "Buy")).build();
            call.run(
                    Telemetry.of(recorded.sdk).server().before((current, request) -> {
                        logger.info("handled");
                        return request;
                    }),
                    "tea");
            call.end(Outcome.OK);
            SpanData span = recorded.span();
            JsonNode line = only();
            assertThat(line.get("trace_id").stringValue()).isEqualTo(span.getTraceId());
            assertThat(line.get("span_id").stringValue()).isEqualTo(span.getSpanId());
            assertThat(line.get("trace_flags").stringValue()).matches("0[13]"); // sampled; a random id
        }
    }

    @Test
    void anExceptionStandsThereWithItsStack() {
        logger.log(Level.SEVERE, "failed", new IllegalStateException("a \"bug\""));
        assertThat(only().get("exception").stringValue())
                .startsWith("java.lang.IllegalStateException: a \"bug\"")
                .contains("\tat dev.parley.telemetry.JsonLogFormatterTest");
    }

    @Test
    void valuesOfHeadersAreNotWritten() {
        Metadata headers = Metadata.of("authorization", "Bearer s3cret", "cookie", "id=s3cret");
        logger.log(Level.INFO, "received {0}", headers);
        logger.log(Level.INFO, "sending {0}", new HttpRequest("GET", "http", "host", "/", headers, Body.empty()));
        assertThat(lines)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("authorization").doesNotContain("s3cret"));
    }

    @Test
    void aLineIsBounded() {
        logger.info("x".repeat(1_000_000));
        assertThat(lines.getFirst().length()).isLessThan(JsonLogFormatter.MOST + 1_000);
        assertThat(only().get("message").stringValue()).endsWith("x…");
    }

    @Property(tries = 500)
    void whateverIsLoggedIsOneLineOfJson(@ForAll String message) {
        LogRecord logged = new LogRecord(Level.INFO, message);
        String line = new JsonLogFormatter().format(logged);
        assertThat(line.strip().lines().count()).isEqualTo(1);
        assertThat(JSON.readTree(line).get("message").stringValue()).isEqualTo(message);
    }
}
