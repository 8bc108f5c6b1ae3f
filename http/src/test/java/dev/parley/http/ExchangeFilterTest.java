package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What filters can do with an exchange, whether a handler or an upstream answers it. */
class ExchangeFilterTest {

    private final HttpClient client = HttpClient.create();

    @AfterEach
    void close() {
        client.close();
    }

    /** What a filter was told at the end. */
    private record End(String name, int status, long requestBytes, long responseBytes, Outcome outcome) {}

    /** Records the ends of exchanges. */
    private static final class Ends implements ExchangeFilter {
        final BlockingQueue<End> all = new LinkedBlockingQueue<>();

        @Override
        public Verdict request(Exchange exchange) {
            return Verdict.proceed();
        }

        @Override
        public void ended(Exchange exchange, Outcome outcome) {
            all.add(new End(
                    exchange.target(), exchange.status(), exchange.requestBytes(), exchange.responseBytes(), outcome));
        }

        End next() throws InterruptedException {
            End end = all.poll(20, TimeUnit.SECONDS);
            assertThat(end).as("the end of an exchange").isNotNull();
            return end;
        }
    }

    private static HttpServer serve(dev.parley.Handler<HttpRequest, HttpResponse> handler, ExchangeFilter... filters) {
        return HttpServer.builder().handler(handler).filters(List.of(filters)).start();
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void changesHeadersAuthorityAndTarget(HttpVersion down, HttpVersion up) throws Exception {
        ExchangeFilter change = exchange -> {
            assertThat(exchange.requestHeader("X-Old")).contains("1");
            exchange.requestHeaders().remove("x-old").add("x-new", "2");
            exchange.target("/inner" + exchange.target());
            exchange.authority("inner.example:81");
            return Verdict.proceed();
        };
        try (HttpServer upstream = Talk.serve((call, request) -> {
                    HttpResponse seen = Proxies.headers(request);
                    seen.headers()
                            .add("x-where", request.authority() + request.target())
                            .add("x-inner", "secret");
                    return seen;
                });
                HttpServer proxy = Proxies.with(ProxyOptions.defaults(), change, new ExchangeFilter() {
                    @Override
                    public Verdict request(Exchange exchange) {
                        exchange.upstream(new Upstream(Talk.at(upstream), up));
                        return Verdict.proceed();
                    }

                    @Override
                    public Verdict.OfResponse response(Exchange exchange, ResponseHead response) {
                        response.headers().remove("x-inner").add("x-outer", "yes");
                        response.status(203);
                        return Verdict.proceed();
                    }
                })) {
            HttpRequest request = Talk.get(Talk.at(proxy), "/path?q");
            request.headers().add("x-old", "1");
            HttpResponse response = Talk.send(client, down, request);
            assertThat(response.status()).isEqualTo(203);
            assertThat(response.headers().get("x-where")).contains("inner.example:81/inner/path?q");
            assertThat(response.headers().contains("x-inner")).isFalse();
            assertThat(response.headers().get("x-outer")).contains("yes");
            assertThat(Talk.text(response)).contains("x-new: 2").doesNotContain("x-old");
        }
    }

    @ParameterizedTest
    @EnumSource
    void standsInFrontOfAHandler(HttpVersion version) throws Exception {
        Ends ends = new Ends();
        try (HttpServer server = serve(
                (call, request) -> {
                    assertThat(request.headers().get("x-added")).contains("by filter");
                    return new HttpResponse(
                            200,
                            Metadata.of("x-target", request.target()),
                            Body.stream(request.body().chunks()));
                },
                ends,
                new ExchangeFilter() {
                    @Override
                    public Verdict request(Exchange exchange) {
                        exchange.requestHeaders().add("x-added", "by filter");
                        exchange.target("/changed");
                        return Verdict.proceed();
                    }

                    @Override
                    public Verdict.OfResponse response(Exchange exchange, ResponseHead response) {
                        response.headers().add("x-filtered", "yes");
                        return Verdict.proceed();
                    }
                })) {
            HttpResponse response =
                    Talk.send(client, version, Talk.post(Talk.at(server), "/", Body.of(new byte[100_000])));
            assertThat(response.headers().get("x-target")).contains("/changed");
            assertThat(response.headers().get("x-filtered")).contains("yes");
            assertThat(response.body().readAll()).hasSize(100_000);
            assertThat(ends.next()).isEqualTo(new End("/changed", 200, 100_000, 100_000, Outcome.OK));
            HttpResponse small = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
            assertThat(small.body().readAll()).isEmpty();
            assertThat(ends.next()).isEqualTo(new End("/changed", 200, 0, 0, Outcome.OK));
        }
        assertThat(ends.all).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void repliesInsteadOfTheHandler(HttpVersion version) throws Exception {
        Ends ends = new Ends();
        HttpResponse constant = HttpResponse.text(403, "not you");
        try (HttpServer server = serve(
                (call, request) -> HttpResponse.text(200, "handled"),
                ends,
                exchange -> exchange.target().equals("/no") ? Verdict.reply(constant) : Verdict.proceed())) {
            for (int i = 0; i < 3; i++) {
                HttpResponse response =
                        Talk.send(client, version, Talk.post(Talk.at(server), "/no", Body.of(new byte[10])));
                assertThat(response.status()).isEqualTo(403);
                assertThat(Talk.text(response)).isEqualTo("not you");
                assertThat(ends.next().responseBytes()).isEqualTo(7);
            }
            assertThat(constant.headers().size()).isEqualTo(1);
            assertThat(Talk.text(Talk.send(client, version, Talk.get(Talk.at(server), "/yes"))))
                    .isEqualTo("handled");
        }
        assertThatThrownBy(() -> Verdict.reply(
                        new HttpResponse(200, new Metadata(), Body.stream(dev.parley.Messages.of(new byte[1])))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Body.of");
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void repliesInsteadOfTheUpstreamsResponse(HttpVersion down, HttpVersion up) throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) -> HttpResponse.text(500, "stack trace".repeat(9_000)));
                HttpServer proxy = Proxies.with(ProxyOptions.defaults(), new ExchangeFilter() {
                    @Override
                    public Verdict request(Exchange exchange) {
                        exchange.upstream(new Upstream(Talk.at(upstream), up));
                        return Verdict.proceed();
                    }

                    @Override
                    public Verdict.OfResponse response(Exchange exchange, ResponseHead response) {
                        return response.status() == 500
                                ? Verdict.reply(HttpResponse.text(503, "sorry"))
                                : Verdict.proceed();
                    }
                })) {
            for (int i = 0; i < 3; i++) {
                HttpResponse response = Talk.send(client, down, Talk.get(Talk.at(proxy), "/"));
                assertThat(response.status()).isEqualTo(503);
                assertThat(Talk.text(response)).isEqualTo("sorry");
            }
            Talk.await("the upstream is left alone", () -> upstream.activeRequests() == 0);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void suspendsUntilAnotherThreadResumes(HttpVersion down, HttpVersion up) throws Exception {
        try (HttpServer upstream = Talk.serve((call, request) -> Proxies.echo(request));
                HttpServer proxy = Proxies.with(
                        ProxyOptions.defaults(),
                        exchange -> {
                            Thread.ofVirtual().start(() -> {
                                try {
                                    Thread.sleep(exchange.target().equals("/slow") ? 30 : 0);
                                } catch (InterruptedException e) {
                                    throw new AssertionError(e);
                                }
                                exchange.requestHeaders().add("x-user", "me");
                                exchange.resume(
                                        exchange.target().equals("/no")
                                                ? Verdict.reply(HttpResponse.of(401))
                                                : Verdict.proceed());
                            });
                            return Verdict.suspend();
                        },
                        Proxy.to(new Upstream(Talk.at(upstream), up)))) {
            byte[] sent = new byte[3_000_000];
            new java.util.Random(7).nextBytes(sent);
            for (String target : List.of("/fast", "/slow")) {
                HttpResponse response = Talk.send(client, down, Talk.post(Talk.at(proxy), target, Body.of(sent)));
                assertThat(response.body().readAll()).isEqualTo(sent);
            }
            assertThat(Talk.send(client, down, Talk.get(Talk.at(proxy), "/no")).status())
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @EnumSource
    void suspendsInFrontOfAHandler(HttpVersion version) throws Exception {
        try (HttpServer server = serve((call, request) -> Talk.echo(request), exchange -> {
            Thread.ofVirtual().start(() -> exchange.resume(Verdict.proceed()));
            return Verdict.suspend();
        })) {
            byte[] sent = new byte[3_000_000];
            new java.util.Random(7).nextBytes(sent);
            HttpResponse response = Talk.send(client, version, Talk.post(Talk.at(server), "/", Body.of(sent)));
            assertThat(response.body().readAll()).isEqualTo(sent);
        }
    }

    @Test
    void resumesOnceAndNotWithSuspend() throws Exception {
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        try (HttpServer server = serve((call, request) -> HttpResponse.of(200), exchange -> {
            try {
                assertThatThrownBy(() -> exchange.resume(Verdict.suspend()))
                        .isInstanceOf(IllegalArgumentException.class);
                exchange.resume(Verdict.proceed()); // before the suspension, which is allowed
                assertThatThrownBy(() -> exchange.resume(Verdict.proceed())).isInstanceOf(IllegalStateException.class);
            } catch (Throwable e) {
                wrong.set(e);
            }
            return Verdict.suspend();
        })) {
            assertThat(Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(server), "/"))
                            .status())
                    .isEqualTo(200);
            assertThat(wrong).hasValue(null);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSuspensionEndsWithTheDeadline(HttpVersion version) throws Exception {
        Ends ends = new Ends();
        AtomicReference<Exchange> held = new AtomicReference<>();
        try (HttpServer server = serve((call, request) -> HttpResponse.of(200), ends, exchange -> {
            exchange.deadline(Deadline.after(Duration.ofMillis(100)));
            held.set(exchange);
            return Verdict.suspend();
        })) {
            HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
            assertThat(response.status()).isEqualTo(504);
            assertThat(Talk.text(response)).contains("while a filter decided");
            End end = ends.next();
            assertThat(end.outcome().code()).contains(Code.DEADLINE_EXCEEDED);
            assertThat(end.status()).isEqualTo(504);
            held.get().resume(Verdict.proceed()); // too late, without effect
            assertThat(server.activeRequests()).isZero();
        }
        assertThat(ends.all).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aSuspensionEndsWhenTheClientLeaves(HttpVersion version) throws Exception {
        Ends ends = new Ends();
        CountDownLatch suspended = new CountDownLatch(1);
        try (HttpServer server = serve((call, request) -> HttpResponse.of(200), ends, exchange -> {
            suspended.countDown();
            return Verdict.suspend();
        })) {
            HttpClient leaving = HttpClient.create();
            var task = Talk.start(() -> Talk.send(leaving, version, Talk.get(Talk.at(server), "/")));
            Talk.await(suspended);
            leaving.close();
            assertThat(ends.next().outcome().code()).contains(Code.CANCELLED);
            assertThat(Talk.failure(() -> Talk.result(task))).isNotNull();
            Talk.await("nothing is active", () -> server.activeRequests() == 0);
        }
        assertThat(ends.all).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void failsWhatItHasSuspendedAndSaysWhenToComeBack(HttpVersion version) throws Exception {
        Ends ends = new Ends();
        CallException refusal = new CallException(Code.RESOURCE_EXHAUSTED, "too many")
                .withRetryAdvice(RetryAdvice.after(Duration.ofMillis(1_500)));
        ExchangeFilter refuses = exchange -> {
            Thread.ofVirtual().start(() -> exchange.resume(Verdict.fail(refusal)));
            return Verdict.suspend();
        };
        try (HttpServer server = serve((call, request) -> HttpResponse.of(200), ends, refuses)) {
            HttpResponse response = Talk.send(client, version, Talk.get(Talk.at(server), "/"));
            assertThat(response.status()).isEqualTo(429);
            assertThat(response.headers().get("retry-after")).contains("2");
            assertThat(Talk.text(response)).contains("too many");
            assertThat(ends.next().outcome()).isEqualTo(Outcome.failed(refusal));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAFilterThrowsIsAnError(HttpVersion version) throws Exception {
        Ends ends = new Ends();
        try (HttpServer server = serve((call, request) -> HttpResponse.text(200, "fine"), ends, new ExchangeFilter() {
            @Override
            public Verdict request(Exchange exchange) {
                return switch (exchange.target()) {
                    case "/bug" -> throw new IllegalStateException("secret detail");
                    case "/limit" -> throw new HttpException(429, Code.RESOURCE_EXHAUSTED, "too many requests of you");
                    default -> Verdict.proceed();
                };
            }

            @Override
            public Verdict.OfResponse response(Exchange exchange, ResponseHead response) {
                if (exchange.target().equals("/late")) {
                    throw new IllegalStateException("secret detail");
                }
                return Verdict.proceed();
            }

            @Override
            public void ended(Exchange exchange, Outcome outcome) {
                throw new IllegalStateException("only logged");
            }
        })) {
            HttpResponse bug = Talk.send(client, version, Talk.get(Talk.at(server), "/bug"));
            assertThat(bug.status()).isEqualTo(500);
            assertThat(Talk.text(bug)).doesNotContain("secret");
            assertThat(ends.next().outcome().code()).contains(Code.INTERNAL);
            HttpResponse limit = Talk.send(client, version, Talk.get(Talk.at(server), "/limit"));
            assertThat(limit.status()).isEqualTo(429);
            assertThat(Talk.text(limit)).contains("too many requests of you");
            assertThat(ends.next().status()).isEqualTo(429);
            HttpResponse late = Talk.send(client, version, Talk.get(Talk.at(server), "/late"));
            assertThat(late.status()).isEqualTo(500);
            assertThat(ends.next().status()).isEqualTo(500);
            assertThat(Talk.text(Talk.send(client, version, Talk.get(Talk.at(server), "/"))))
                    .isEqualTo("fine");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.parley.http.Proxies#combinations")
    void countsBytesOfWhatIsPassedOn(HttpVersion down, HttpVersion up) throws Exception {
        Ends ends = new Ends();
        try (HttpServer upstream =
                        Talk.serve((call, request) -> request.method().equals("GET")
                                ? HttpResponse.of(200, "text/plain", new byte[70_000])
                                : HttpResponse.text(200, "" + request.body().readAll().length));
                HttpServer proxy =
                        Proxies.with(ProxyOptions.defaults(), ends, Proxy.to(new Upstream(Talk.at(upstream), up)))) {
            Talk.send(client, down, Talk.get(Talk.at(proxy), "/get")).body().readAll();
            assertThat(ends.next()).isEqualTo(new End("/get", 200, 0, 70_000, Outcome.OK));
            Talk.send(client, down, Talk.post(Talk.at(proxy), "/post", Body.of(new byte[90_000])))
                    .body()
                    .readAll();
            assertThat(ends.next()).isEqualTo(new End("/post", 200, 90_000, 5, Outcome.OK));
        }
        assertThat(ends.all).isEmpty();
    }

    @Test
    void wrongSettingsSaySo() throws Exception {
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        try (HttpServer server = serve((call, request) -> HttpResponse.of(200), exchange -> {
            try {
                assertThatThrownBy(() -> exchange.target("no slash")).hasMessageContaining("slash");
                assertThatThrownBy(() -> exchange.target("/a b")).hasMessageContaining("U+0020 at index 2");
                assertThatThrownBy(() -> exchange.target("/a\r\nX: y")).hasMessageContaining("U+000D");
                assertThatThrownBy(() -> exchange.authority("a/b")).hasMessageContaining("U+002F");
                assertThatThrownBy(() -> exchange.authority("")).hasMessageContaining("empty");
            } catch (Throwable e) {
                wrong.set(e);
            }
            return Verdict.proceed();
        })) {
            Talk.send(client, HttpVersion.HTTP_1_1, Talk.get(Talk.at(server), "/"));
            assertThat(wrong).hasValue(null);
        }
        assertThatThrownBy(() -> Upstream.http1("host:99999")).hasMessageContaining("host:99999");
        assertThatThrownBy(() -> ProxyOptions.defaults().withResponseTimeout(Duration.ZERO))
                .hasMessageContaining("PT0S");
        assertThatThrownBy(() -> HttpServer.builder().start()).hasMessageContaining("handler");
    }
}
