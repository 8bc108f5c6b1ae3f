package dev.parley.examples.shop.scenario;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** A foreign client: the JDK's, which knows nothing of Parley. */
final class Rest implements AutoCloseable {

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** A status and a body. */
    record Answer(int status, String contentType, String body) {

        Answer expect(int wanted) {
            Expect.equal(wanted, status, "the status of " + body);
            return this;
        }

        Answer expectProblem(int wanted, String code) {
            expect(wanted);
            Expect.equal("application/problem+json", contentType, "the content type");
            Expect.that(body.contains('"' + code + '"'), body + " names " + code);
            return this;
        }
    }

    Answer get(String url) throws IOException, InterruptedException {
        return send(request(url).GET());
    }

    Answer post(String url, String json) throws IOException, InterruptedException {
        return send(request(url)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** Asks as a browser does ahead of a page's call; the origin that may make it, or nothing. */
    String preflight(String url, String origin) throws IOException, InterruptedException {
        HttpRequest request = request(url)
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "content-type,x-grpc-web")
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding())
                .headers()
                .firstValue("access-control-allow-origin")
                .orElse("");
    }

    private static HttpRequest.Builder request(String url) {
        return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(10));
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("content-type").orElse(""),
                response.body());
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
