package dev.parley.discovery.etcd;

import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.testing.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** etcd itself, and a client of it that is not ours. */
final class EtcdServer implements AutoCloseable {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    final ServerProcess process;

    private EtcdServer(ServerProcess process) {
        this.process = process;
    }

    static ServerProcess.Builder builder(String scheme, String... more) {
        return ServerProcess.builder("etcd")
                .debianPackage("etcd-server")
                .ports("client", "peer")
                .arguments(place -> {
                    String client = scheme + "://" + place.authority("client");
                    String peer = "http://" + place.authority("peer");
                    List<String> arguments = new ArrayList<>(List.of(
                            "--data-dir",
                            place.folder().resolve("data").toString(),
                            "--listen-client-urls",
                            client,
                            "--advertise-client-urls",
                            client,
                            "--listen-peer-urls",
                            peer,
                            "--initial-advertise-peer-urls",
                            peer,
                            "--initial-cluster",
                            "default=" + peer));
                    arguments.addAll(List.of(more));
                    return arguments;
                });
    }

    static EtcdServer start() throws Exception {
        return new EtcdServer(builder("http")
                .readyWhen(server -> {
                    HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + server.authority() + "/health"))
                            .timeout(Duration.ofSeconds(5))
                            .build();
                    return HTTP.send(request, HttpResponse.BodyHandlers.ofString())
                            .body()
                            .contains("true");
                })
                .start());
    }

    RegistryBackend open(RegistryOptions options) {
        return open("etcd://" + process.authority(), options);
    }

    static RegistryBackend open(String uri, RegistryOptions options) {
        return new EtcdProvider().open(RegistryUri.parse(uri), options);
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    String post(String path, String json) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + process.authority() + "/v3/" + path))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("etcd answers " + response.statusCode() + " " + response.body());
        }
        return response.body();
    }

    void put(String key, String value) throws Exception {
        post("kv/put", "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}");
    }

    /** The value; empty if there is none. */
    String get(String key) throws Exception {
        String answer = post("kv/range", "{\"key\":\"" + base64(key) + "\"}");
        int at = answer.indexOf("\"value\":\"");
        return at < 0
                ? ""
                : new String(
                        Base64.getDecoder().decode(answer.substring(at + 9, answer.indexOf('"', at + 9))),
                        StandardCharsets.UTF_8);
    }

    void delete(String key) throws Exception {
        post("kv/deleterange", "{\"key\":\"" + base64(key) + "\"}");
    }

    long revision() throws Exception {
        String answer = post("kv/range", "{\"key\":\"" + base64("none") + "\"}");
        int at = answer.indexOf("\"revision\":\"") + 12;
        return Long.parseLong(answer.substring(at, answer.indexOf('"', at)));
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
