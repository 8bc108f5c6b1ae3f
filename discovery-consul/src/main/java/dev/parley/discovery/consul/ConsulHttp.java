package dev.parley.discovery.consul;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.discovery.RegistryOptions;
import dev.parley.http.Body;
import dev.parley.http.ClientLimits;
import dev.parley.http.ClientTls;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.TlsTrust;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Requests to an agent's HTTP API. Thread-safe. */
final class ConsulHttp implements AutoCloseable {

    /** An agent takes 200 connections from one address as it comes. */
    static final int MOST_CONNECTIONS = 180;

    private static final int MOST_WAITING = 20_000;
    private static final long MOST_BYTES = 16 << 20;
    private static final int MOST_SHOWN = 200;
    private static final Method METHOD = Method.unary("consul", "Request");

    private final ConsulSettings settings;
    private final RegistryOptions options;
    private final HttpClient client;

    ConsulHttp(ConsulSettings settings, RegistryOptions options) {
        this.settings = settings;
        this.options = options;
        // The deadline of each request is shorter, and says more.
        Duration silence = options.maxWait().plus(options.answerTimeout()).plusSeconds(10);
        ClientLimits limits = ClientLimits.defaults()
                .withConnections(MOST_CONNECTIONS, 4, MOST_WAITING)
                .withReadTimeout(silence);
        ClientTls tls = settings.authorities()
                .map(path -> ClientTls.defaults().withTrust(new TlsTrust.PemFile(Path.of(path))))
                .orElse(ClientTls.defaults());
        this.client = HttpClient.create(limits, tls);
    }

    /** What an agent has answered: a status below 300, or 404. */
    static final class Reply {
        private final int status;
        private final Metadata headers;
        private final byte[] body;

        private Reply(int status, Metadata headers, byte[] body) {
            this.status = status;
            this.headers = headers;
            this.body = body;
        }

        Metadata headers() {
            return headers;
        }

        /** Not to be changed. */
        byte[] body() {
            return body;
        }

        boolean isFound() {
            return status != 404;
        }
    }

    /**
     * @param target path and query, encoded
     * @param limit how long it may take
     * @throws IllegalArgumentException if Consul says that the request is bad
     * @throws CallException if it cannot be reached, or says anything else
     */
    Reply send(String verb, String target, byte[] body, Duration limit) throws Exception {
        CallScope call = CallScope.builder(METHOD)
                .deadline(Deadline.after(limit, options.timer()))
                .build()
                .armDeadline(options.timer());
        try {
            return call.run(
                    (self, request) -> read(verb, target, client.handle(self, request)), request(verb, target, body));
        } finally {
            call.end(Outcome.OK);
        }
    }

    private HttpRequest request(String verb, String target, byte[] body) {
        Metadata headers = Metadata.of("accept", "application/json", "user-agent", "parley-discovery-consul");
        if (!settings.token().isEmpty()) {
            headers.add("x-consul-token", settings.token());
        }
        if (body.length > 0) {
            headers.add("content-type", "application/json");
        }
        return new HttpRequest(verb, settings.scheme(), settings.authority(), target, headers, Body.of(body));
    }

    private Reply read(String verb, String target, HttpResponse response) {
        byte[] body = response.body().limit(MOST_BYTES).readAll();
        int status = response.status();
        if (status < 300 || status == 404) {
            return new Reply(status, response.headers(), body);
        }
        int query = target.indexOf('?');
        String what = settings + " answers " + status + " to " + verb + ' '
                + (query < 0 ? target : target.substring(0, query)) + ": " + shown(body);
        throw switch (status) {
            case 400 -> new IllegalArgumentException(what);
            case 401, 403 ->
                new CallException(
                        Code.PERMISSION_DENIED,
                        what + (settings.token().isEmpty() ? " (CONSUL_HTTP_TOKEN is not set)" : ""));
            case 429 -> new CallException(Code.RESOURCE_EXHAUSTED, what);
            default -> new CallException(Code.UNAVAILABLE, what);
        };
    }

    /** The start of a body, on one line. */
    static String shown(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, MOST_SHOWN), StandardCharsets.UTF_8)
                .replaceAll("\\p{Cntrl}+", " ")
                .strip();
        return body.length <= MOST_SHOWN ? text : text + "...";
    }

    /** Percent-encoded for a path or a query. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        client.close();
    }
}
