package dev.parley.http;

import dev.parley.Metadata;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Proxies of one upstream, and what the tests of them share. */
final class Proxies {

    private Proxies() {}

    /** Every pair of the client's version and the upstream's. */
    static Stream<Arguments> combinations() {
        return Stream.of(HttpVersion.values())
                .flatMap(down -> Stream.of(HttpVersion.values()).map(up -> Arguments.of(down, up)));
    }

    static HttpServer to(HttpVersion version, HttpServer upstream) {
        return to(version, Talk.at(upstream));
    }

    static HttpServer to(HttpVersion version, String upstream) {
        return with(ProxyOptions.defaults(), Proxy.to(new Upstream(upstream, version)));
    }

    static HttpServer with(ProxyOptions options, ExchangeFilter... filters) {
        return HttpServer.builder().proxy(options).filters(List.of(filters)).start();
    }

    /** Its body sent back as it comes, with headers and trailers that tell what came. */
    static HttpResponse echo(HttpRequest request) {
        Body body = request.body().limit(Long.MAX_VALUE);
        Metadata headers = Metadata.of("x-seen-method", request.method(), "x-seen-target", request.target());
        headers.add("x-seen-authority", request.authority());
        return new HttpResponse(200, headers, Body.stream(body.chunks(), () -> new Metadata().addAll(body.trailers())));
    }

    /** Its headers as text, a line each. */
    static HttpResponse headers(HttpRequest request) {
        StringBuilder text = new StringBuilder();
        request.headers()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append('\n'));
        return HttpResponse.text(200, text.toString());
    }
}
