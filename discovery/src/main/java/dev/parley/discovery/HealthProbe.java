package dev.parley.discovery;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Timer;
import dev.parley.http.Body;
import dev.parley.http.ClientLimits;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Asks one instance whether it is well, once for each {@link #ask}. What is asked is a URL:
 *
 * <table>
 * <caption>URLs, and what passes</caption>
 * <tr><td>{@code http://}, {@code https://}</td><td>a status of 200 to 299; 429 is a warning (as in Consul). Redirects are not
 *     followed</td></tr>
 * <tr><td>{@code tcp://host:port}</td><td>a connection, which is closed at once</td></tr>
 * <tr><td>{@code grpc://host:port/service}, {@code grpcs://}</td><td>SERVING, from {@code grpc.health.v1.Health/Check} for that
 *     service; without one for the server as a whole</td></tr>
 * </table>
 *
 * <p>All else is critical, and its output says why. Immutable and thread-safe.
 *
 * <pre>{@code
 * HealthProbe probe = HealthProbe.of("http://127.0.0.1:8080/healthz");
 * HealthProbe.Result result = probe.ask(Duration.ofSeconds(2));
 * }</pre>
 */
public final class HealthProbe {

    /** The longest output, in characters. */
    public static final int MOST_OUTPUT = 512;

    private static final Method METHOD =
            new Method("health", "probe", Method.Kind.UNARY, Method.Idempotency.NO_SIDE_EFFECTS);

    private final HealthProbeUrl url;
    private final @Nullable HttpClient client;
    private final String method;
    private final Metadata headers;
    private final String body;

    private HealthProbe(HealthProbeUrl url, @Nullable HttpClient client, String method, Metadata headers, String body) {
        this.url = url;
        this.client = client;
        this.method = method;
        this.headers = headers;
        this.body = body;
    }

    private static final ClientLimits LIMITS =
            ClientLimits.defaults().withTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(1));

    /** Made when the first probe over TLS needs it, and never closed: reading whom the JDK trusts takes long. */
    private static final class OverTls {
        static final HttpClient CLIENT = HttpClient.create(LIMITS);
    }

    /**
     * A probe of {@code url} that connects anew each time, as an old connection says nothing about whether new ones are
     * accepted; over TLS it trusts whom the JDK trusts, and may use a connection of the last second again.
     *
     * @throws IllegalArgumentException if the URL is malformed or of another kind; the message names it, without its query
     */
    public static HealthProbe of(String url) {
        return new HealthProbe(HealthProbeUrl.parse(url), null, "GET", new Metadata(), "");
    }

    /**
     * As {@link #of(String)}, over {@code client}, which may keep connections and trusts whom it trusts. Whoever made it closes
     * it. A probe of {@code tcp://} does not use it.
     */
    public static HealthProbe of(String url, HttpClient client) {
        return new HealthProbe(HealthProbeUrl.parse(url), client, "GET", new Metadata(), "");
    }

    /**
     * With another request, for {@code http://} and {@code https://} only.
     *
     * @param verb in place of {@code GET}
     * @param added headers, copied; {@code host} is the authority that the request names
     * @param content in place of no body
     * @throws IllegalArgumentException for another kind of URL, or if the verb is no token
     */
    public HealthProbe withRequest(String verb, Metadata added, String content) {
        if (!url.kind().isHttp()) {
            throw new IllegalArgumentException("health check " + url + " has no method, headers and body of HTTP");
        }
        if (!verb.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}") || verb.equals("CONNECT")) {
            throw new IllegalArgumentException("method of health check " + url
                    + " must be one of HTTP, such as GET, but is \"" + line(verb, 40) + '"');
        }
        return new HealthProbe(url, client, verb, new Metadata(added), content);
    }

    /**
     * What a probe has found.
     *
     * @param status how the instance stands
     * @param output why, for people: one line of at most {@value HealthProbe#MOST_OUTPUT} characters
     */
    public record Result(HealthStatus status, String output) {
        /** Makes one line of the output and cuts it. */
        public Result {
            Objects.requireNonNull(status, "status");
            output = line(output, MOST_OUTPUT);
        }
    }

    /**
     * Asks, and waits for the answer. An instance that does not answer is no error but critical.
     *
     * @param timeout how long it may take, from looking up the name to the end of the answer
     * @throws CallException {@code CANCELLED} if this thread is interrupted
     */
    public Result ask(Duration timeout) {
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout of a health check must be positive, but is " + timeout);
        }
        if (url.kind() == HealthProbeUrl.Kind.TCP) {
            return HealthProbeTcp.ask(url, timeout);
        }
        HttpClient given = client;
        if (given != null) {
            return ask(given, timeout);
        }
        if (url.kind().isTls()) {
            return ask(OverTls.CLIENT, timeout);
        }
        try (HttpClient once = HttpClient.create(LIMITS)) {
            return ask(once, timeout);
        }
    }

    private Result ask(HttpClient over, Duration timeout) {
        CallScope call = CallScope.builder(METHOD)
                .deadline(Deadline.after(timeout))
                .build()
                .armDeadline(Timer.system());
        try {
            return call.run((self, asked) -> url.kind().isGrpc() ? grpc(over, self, timeout) : http(over, self), url);
        } catch (CallException e) {
            if (e.code() == Code.CANCELLED && Thread.currentThread().isInterrupted()) {
                throw e;
            }
            return new Result(
                    HealthStatus.CRITICAL,
                    what() + ": "
                            + (e.code() == Code.DEADLINE_EXCEEDED
                                    ? "no answer within " + shown(timeout)
                                    : e.message()));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("a probe threw a checked exception", e);
        } finally {
            call.end(Outcome.OK);
        }
    }

    private String what() {
        return url.kind().isHttp() ? "HTTP " + method + ' ' + url : url.toString();
    }

    private Result http(HttpClient over, Call call) {
        Metadata sent = new Metadata(headers);
        String authority = sent.get("host").orElse(url.authority());
        sent.remove("host");
        if (!sent.contains("user-agent")) {
            sent.add("user-agent", "parley-health");
        }
        if (!sent.contains("accept")) {
            sent.add("accept", "*/*");
        }
        call.endpoint(endpoint());
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        HttpResponse response = over.handle(
                call,
                new HttpRequest(
                        method,
                        url.kind().isTls() ? "https" : "http",
                        authority,
                        url.rest(),
                        sent,
                        content.length == 0 ? Body.empty() : Body.of(content)));
        int status = response.status();
        HealthStatus found =
                status < 300 ? HealthStatus.PASSING : status == 429 ? HealthStatus.WARNING : HealthStatus.CRITICAL;
        String said = new String(beginning(response.body(), MOST_OUTPUT), StandardCharsets.UTF_8);
        return new Result(
                found,
                what() + ": " + status + ' ' + HttpResponse.reason(status) + (said.isBlank() ? "" : ": " + said));
    }

    private Result grpc(HttpClient over, Call call, Duration timeout) {
        Metadata sent = Metadata.of(
                "content-type", "application/grpc",
                "te", "trailers",
                "grpc-timeout", Math.max(1, Math.min(99_999_999, timeout.toMillis())) + "m",
                "user-agent", "parley-health");
        Handler<HttpRequest, HttpResponse> http2 = over.over(HttpVersion.HTTP_2);
        HttpRequest request = new HttpRequest(
                "POST",
                url.kind().isTls() ? "https" : "http",
                url.authority(),
                HealthProbeGrpc.PATH,
                sent,
                Body.of(HealthProbeGrpc.request(url.rest())));
        HttpResponse response;
        try {
            response = http2.handle(call, request);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("an HttpClient threw a checked exception", e);
        }
        byte[] bytes = beginning(response.body(), HealthProbeGrpc.MOST_BYTES + 1);
        String code = response.headers()
                .get("grpc-status")
                .or(() -> response.body().trailers().get("grpc-status"))
                .orElse("");
        if (response.status() != 200) {
            return critical(response.status() + ' ' + HttpResponse.reason(response.status()) + ", which is not gRPC");
        }
        if (!code.equals("0")) {
            return critical(failure(
                    code,
                    response.headers()
                            .get("grpc-message")
                            .or(() -> response.body().trailers().get("grpc-message"))
                            .orElse("")));
        }
        try {
            long status = HealthProbeGrpc.status(bytes);
            return new Result(
                    status == 1 ? HealthStatus.PASSING : HealthStatus.CRITICAL,
                    what() + ": " + HealthProbeGrpc.name(status));
        } catch (IllegalArgumentException e) {
            return critical(String.valueOf(e.getMessage()));
        }
    }

    private static String failure(String code, String message) {
        String said = message.isEmpty() ? "" : ": " + message;
        return switch (code) {
            case "" -> "the answer has no grpc-status";
            case "5" -> "it knows no such service (NOT_FOUND)" + said;
            case "12" -> "it has no grpc.health.v1.Health (UNIMPLEMENTED)" + said;
            default -> "grpc-status " + code + said;
        };
    }

    private Result critical(String why) {
        return new Result(HealthStatus.CRITICAL, what() + ": " + why);
    }

    private String endpoint() {
        return (url.host().indexOf(':') >= 0 ? '[' + url.host() + ']' : url.host()) + ':' + url.port();
    }

    /** At most so many bytes of a body, which may be endless. */
    private static byte[] beginning(Body body, int most) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (Messages<byte[]> chunks = body.chunks()) {
            byte[] chunk = chunks.receive();
            while (chunk != null) {
                read.write(chunk, 0, Math.min(chunk.length, most - read.size()));
                if (read.size() == most) {
                    break;
                }
                chunk = chunks.receive();
            }
        }
        return read.toByteArray();
    }

    static String shown(Duration time) {
        return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    /** One line, without what could steer a terminal. */
    static String line(String text, int most) {
        StringBuilder plain = new StringBuilder(Math.min(text.length(), most));
        for (int i = 0; i < text.length() && plain.length() < most; i++) {
            char c = text.charAt(i);
            plain.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? ' ' : c);
        }
        String line = plain.toString().strip();
        return text.length() > most && line.length() > 3
                ? line.substring(0, Math.min(line.length(), most - 3)) + "..."
                : line;
    }

    /** The URL, without its query. */
    @Override
    public String toString() {
        return url.toString();
    }
}
