package dev.parley.benchmarks.vertx;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;

/**
 * What a client of Connect sees of {@code parley.benchmarks.v1.EchoService/Echo} in JSON, on Vert.x with its handler on a
 * virtual thread. There is no router and no schema in the way: the path is compared, the body becomes a {@code JsonObject} and
 * another one the answer. On a free port of 127.0.0.1, which it prints; runs until it is killed.
 */
final class VertxEcho extends VerticleBase {

    private static final String PATH = "/parley.benchmarks.v1.EchoService/Echo";

    private VertxEcho() {}

    public static void main(String[] args) throws Exception {
        Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
        if (!vertx.isNativeTransportEnabled()) {
            throw new IllegalStateException("no native transport", vertx.unavailableNativeTransportCause());
        }
        vertx.deployVerticle(new VertxEcho(), new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD))
                .await(30, TimeUnit.SECONDS);
    }

    @Override
    public Future<?> start() {
        return vertx.createHttpServer()
                .requestHandler(VertxEcho::answer)
                .listen(0, "127.0.0.1")
                .onSuccess(VertxEcho::listening);
    }

    private static void listening(HttpServer server) {
        System.out.println("listening " + server.actualPort());
    }

    private static void answer(HttpServerRequest request) {
        if (request.method() != HttpMethod.POST || !PATH.equals(request.path())) {
            request.response().setStatusCode(404).end();
            return;
        }
        JsonObject received = request.body().await().toJsonObject();
        // The JSON of an int64 is a string (protobuf's JSON mapping).
        long id = Long.parseLong(received.getString("id", "0"));
        JsonObject answer = new JsonObject().put("id", Long.toString(id)).put("text", received.getString("text", ""));
        request.response().putHeader("content-type", "application/json").end(answer.toBuffer());
    }
}
