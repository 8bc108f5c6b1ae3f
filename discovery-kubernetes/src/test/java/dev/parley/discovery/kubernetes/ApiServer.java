package dev.parley.discovery.kubernetes;

import dev.parley.Call;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import dev.parley.http.ServerTls;
import dev.parley.http.WebSocket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says what a test has it say, in the documented form of the Kubernetes API: a stand-in, for Kubernetes' own server cannot be had on
 * the machines that run the tests.
 */
final class ApiServer implements AutoCloseable {

    /** A watch's connection ends behind it. */
    static final String CUT = "cut";

    private static final int UNREVISIONED = -1;
    private static final Pattern REVISION = Pattern.compile("\"resourceVersion\":\"(\\d+)\"");
    private static final Pattern RESOURCE_VERSION = Pattern.compile("resourceVersion=(\\d+)");

    /** Of no revision: told to one watch only. */
    private record Event(long revision, String text, AtomicBoolean told) {}

    private final HttpServer server;
    private final boolean tls;
    private final List<Event> log = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile String list = list("1");
    private volatile int listStatus = 200;
    private volatile int watchStatus = 101;
    private volatile Predicate<@Nullable String> knows = authorization -> true;

    private ApiServer(@Nullable ServerTls tls) {
        this.tls = tls != null;
        HttpServer.Builder builder =
                HttpServer.builder().host("127.0.0.1").port(0).handler(this::answer);
        this.server = tls == null ? builder.start() : builder.tls(tls).start();
    }

    static ApiServer start() {
        return new ApiServer(null);
    }

    static ApiServer start(ServerTls tls) {
        return new ApiServer(tls);
    }

    int port() {
        return server.port();
    }

    /** A list of these slices at a revision. */
    static String list(String revision, String... slices) {
        return "{\"kind\":\"EndpointSliceList\",\"apiVersion\":\"discovery.k8s.io/v1\",\"metadata\":{\"resourceVersion\":\""
                + revision + "\"},\"items\":[" + String.join(",", slices) + "]}";
    }

    /** A slice of service {@code pay} with one port and a ready pod at each address. */
    static String slice(String name, String revision, String... addresses) {
        StringBuilder endpoints = new StringBuilder();
        for (String address : addresses) {
            endpoints
                    .append(endpoints.isEmpty() ? "" : ",")
                    .append("{\"addresses\":[\"")
                    .append(address)
                    .append("\"],\"conditions\":{\"ready\":true,\"serving\":true,\"terminating\":false}}");
        }
        return "{\"kind\":\"EndpointSlice\",\"apiVersion\":\"discovery.k8s.io/v1\",\"metadata\":{\"name\":\"" + name
                + "\",\"namespace\":\"shop\",\"resourceVersion\":\"" + revision
                + "\",\"labels\":{\"kubernetes.io/service-name\":\"pay\"}},\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"http\","
                + "\"protocol\":\"TCP\",\"port\":8080}],\"endpoints\":[" + endpoints + "]}";
    }

    static String event(String type, String object) {
        return "{\"type\":\"" + type + "\",\"object\":" + object + '}';
    }

    static String status(int code, String reason, String message) {
        return "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":\"Failure\",\"message\":\""
                + message + "\",\"reason\":\"" + reason + "\",\"code\":" + code + '}';
    }

    void listSays(int status, String json) {
        listStatus = status;
        list = json;
    }

    /** To each watch that begins at an earlier revision; what has none to one of them. */
    void watchSays(String... messages) {
        for (String each : messages) {
            log.add(new Event(Long.parseLong(revisionIn(REVISION, each)), each, new AtomicBoolean()));
        }
    }

    void watchAnswers(int status) {
        watchStatus = status;
    }

    void knowsOnly(String authorization) {
        knows = authorization::equals;
    }

    /** The targets of all requests so far. */
    List<String> asked() {
        return asked;
    }

    long watches() {
        return asked.stream().filter(target -> target.contains("watch=true")).count();
    }

    private HttpResponse answer(Call call, HttpRequest request) throws Exception {
        asked.add(request.target());
        if (!knows.test(request.headers().get("authorization").orElse(null))) {
            return json(401, status(401, "Unauthorized", "Unauthorized"));
        }
        if (!request.path().equals("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices")
                || !request.query().contains("labelSelector=kubernetes.io%2Fservice-name%3Dpay")) {
            return json(404, status(404, "NotFound", request.target()));
        }
        if (!request.query().contains("watch=true")) {
            return json(listStatus, list);
        }
        if (watchStatus != 101) {
            return json(watchStatus, status(watchStatus, "InternalError", "no watch today"));
        }
        long since = Long.parseLong(revisionIn(RESOURCE_VERSION, request.query()));
        return WebSocket.accept(request, socket -> {
            Thread sender = Thread.ofVirtual().start(() -> send(socket, since));
            try {
                socket.messages().forEach(message -> {});
            } finally {
                sender.interrupt();
            }
        });
    }

    /** As the real one does: all that happened behind the revision that the watch begins at. */
    private void send(WebSocket socket, long since) {
        try {
            for (int i = 0; ; i++) {
                while (i >= log.size()) {
                    Thread.sleep(5);
                }
                Event event = log.get(i);
                if (event.revision() == UNREVISIONED
                        ? !event.told().compareAndSet(false, true)
                        : event.revision() <= since) {
                    continue;
                }
                if (event.text().equals(CUT)) {
                    socket.close();
                    return;
                }
                socket.send(event.text());
            }
        } catch (InterruptedException | RuntimeException e) {
            // the watch is over
        }
    }

    private static String revisionIn(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : Integer.toString(UNREVISIONED);
    }

    private static HttpResponse json(int status, String json) {
        return HttpResponse.of(status, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /** An environment whose kubeconfig points here. */
    Map<String, String> environment(Path folder) throws IOException {
        return environment(folder, (tls ? "https" : "http") + "://127.0.0.1:" + port());
    }

    static Map<String, String> environment(Path folder, String server) throws IOException {
        return kubeconfig(folder, "{server: \"" + server + "\"}", "{token: secret}");
    }

    static Map<String, String> kubeconfig(Path folder, String cluster, String user) throws IOException {
        Path file = folder.resolve("config");
        Files.writeString(file, """
                apiVersion: v1
                kind: Config
                current-context: test
                contexts:
                - name: test
                  context: {cluster: here, user: me, namespace: shop}
                clusters:
                - name: here
                  cluster: %s
                users:
                - name: me
                  user: %s
                """.formatted(cluster, user));
        return Map.of("KUBECONFIG", file.toString());
    }

    @Override
    public void close() {
        server.shutdown(Duration.ZERO);
    }
}
