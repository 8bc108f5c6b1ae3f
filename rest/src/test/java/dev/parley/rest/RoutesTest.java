package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.RetryAdvice;
import dev.parley.http.Body;
import dev.parley.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.type.TypeReference;

/** What routes find, read, write and refuse, on a real server. */
class RoutesTest {

    record User(long id, String name, @Nullable String nick) {}

    record NewUser(String name) {}

    private @Nullable Wire wire;

    private Wire serve(Routes.Builder routes) {
        Wire served = Wire.serve(routes.build());
        wire = served;
        return served;
    }

    @AfterEach
    void close() {
        if (wire != null) {
            wire.close();
        }
    }

    // ---- what is found

    @ParameterizedTest
    @CsvSource({
        "/, root",
        "/users, all",
        "/users/, slash",
        "/users/7, one 7",
        "/users/me, me",
        "/users/me/files/, files me ",
        "/users/me/files/a/b, files me a/b",
        "/users/me/files/a%2Fb/c, files me a%2Fb/c",
        "/users/a%2Fb, one a/b",
        "/users/%6De, me",
        "/users/caf%C3%A9, one café",
        "/users/a+b, one a+b",
        "/users/*, star",
        "/users/me:find, verb",
        "/users/7?x=/users/8, one 7",
    })
    void literalsGoBeforeParametersAndThoseBeforeTheRest(String target, String answer) {
        Wire served = serve(Routes.builder()
                .get("/", request -> "root")
                .get(
                        "/users/{id}/files/{path...}",
                        request -> "files " + request.path("id") + " " + request.path("path"))
                .get("/users/{id}", request -> "one " + request.path("id"))
                .get("/users/me", request -> "me")
                .get("/users/%2A", request -> "star")
                .get("/users/me:find", request -> "verb")
                .get("/users", request -> "all")
                .get("/users/", request -> "slash"));
        assertThat(served.get(target).text())
                .isEqualTo(answer == null ? "" : target.endsWith("files/") ? "files me " : answer);
    }

    @Test
    void anotherMethodMayBeOnTheParameterWhileALiteralHasNone() {
        Wire served = serve(Routes.builder()
                .get("/users/me", request -> "me")
                .delete("/users/{id}", request -> "deleted " + request.path("id")));
        assertThat(served.send("DELETE", "/users/me", "").text()).isEqualTo("deleted me");
    }

    @Test
    void segmentsOfTheRestAreToldApart() {
        Wire served = serve(Routes.builder().get("/f/{path...}", request -> request.segments("path")));
        assertThat(served.get("/f/a%2Fb/c").text()).isEqualTo("[\"a/b\",\"c\"]");
    }

    @Test
    void conflictsNameBothTemplates() {
        assertThatThrownBy(() -> Routes.builder()
                        .get("/users/{id}", request -> "a")
                        .get("/users/{name}", request -> "b")
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/users/{id}")
                .hasMessageContaining("/users/{name}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "users|it must start with /",
                "/a//b|a segment is empty",
                "/a/{id}.json|a parameter is a whole segment",
                "/a/{}|is no name",
                "/a/{id}/{id}|stands there twice",
                "/a/{rest...}/b|must be the last segment",
                "/a?b|no '?'",
                "/a/:id|a parameter is {name}, the rest of a path {name...}; ':id' itself is %3Aid",
                "/a/*|a parameter is {name}, the rest of a path {name...}; '*' itself is %2A",
                "/a/..|no segment that a client can ask for",
                "/a/%zz|an escape that is not UTF-8"
            })
    void aWrongTemplateIsRefusedWithTheReason(String template, String reason) {
        assertThatThrownBy(() -> Route.get(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(template)
                .hasMessageContaining(reason);
    }

    // ---- what is returned

    @Test
    void returnedValuesBecomeAnswers() {
        Wire served = serve(Routes.builder()
                .get("/record", request -> new User(1, "Ada", null))
                .get("/there", request -> Optional.of(new User(2, "Bob", "b")))
                .get("/gone", request -> Optional.empty())
                .get("/text", request -> "grüß")
                .get("/bytes", request -> new byte[] {1, 2})
                .get("/raw", request -> new HttpResponse(203, Metadata.of("x-own", "1"), Body.of(new byte[] {65})))
                .get("/list", request -> List.of(1, 2))
                .post("/nothing", request -> null)
                .post("/accepted", request -> Reply.accepted("later").with("x-job", "9"))
                .post("/none", request -> Reply.of(205))
                .post(
                        "/users",
                        NewUser.class,
                        (request, body) -> Reply.created("/users/3", new User(3, body.name(), null))));

        Wire.Answer user = served.get("/record");
        assertThat(user.status()).isEqualTo(200);
        assertThat(user.header("content-type")).contains("application/json");
        assertThat(user.text()).isEqualTo("{\"id\":1,\"name\":\"Ada\",\"nick\":null}");
        assertThat(served.get("/there").json().get("nick").asString()).isEqualTo("b");
        assertThat(served.get("/gone").status()).isEqualTo(404);
        assertThat(served.get("/gone").json().get("detail").asString()).contains("'/gone'");
        assertThat(served.get("/text").text()).isEqualTo("grüß");
        assertThat(served.get("/text").header("content-type")).contains("text/plain; charset=utf-8");
        assertThat(served.get("/bytes").header("content-type")).contains("application/octet-stream");
        assertThat(served.get("/bytes").bytes()).containsExactly(1, 2);
        assertThat(served.get("/raw").status()).isEqualTo(203);
        assertThat(served.get("/raw").header("x-own")).contains("1");
        assertThat(served.get("/list").text()).isEqualTo("[1,2]");

        Wire.Answer nothing = served.send("POST", "/nothing", "");
        assertThat(nothing.status()).isEqualTo(204);
        assertThat(nothing.bytes()).isEmpty();
        Wire.Answer accepted = served.send("POST", "/accepted", "");
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.header("x-job")).contains("9");
        assertThat(served.send("POST", "/none", "").status()).isEqualTo(205);

        Wire.Answer created = served.json("POST", "/users", "{\"name\":\"Eve\"}");
        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("location")).contains("/users/3");
        assertThat(created.json().get("name").asString()).isEqualTo("Eve");
    }

    @Test
    void headIsGetWithoutTheBody() throws Exception {
        Wire served = serve(Routes.builder()
                .get("/record", request -> new User(1, "Ada", null))
                .get("/stream", request -> Messages.of(1, 2)));
        Wire.Answer head = served.send("HEAD", "/record", "");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length"))
                .contains("" + served.get("/record").bytes().length);
        assertThat(head.bytes()).isEmpty();
        assertThat(served.send("HEAD", "/stream", "").header("content-type")).contains("application/x-ndjson");
        assertThat(served.curl("-I", "--http2-prior-knowledge", served.url("/record")))
                .contains("content-length: 33");
    }

    @Test
    void optionsAndWrongMethodsTellTheMethods() {
        Wire served = serve(Routes.builder().get("/a", request -> "a").delete("/a", request -> null));
        Wire.Answer options = served.send("OPTIONS", "/a", "");
        assertThat(options.status()).isEqualTo(204);
        assertThat(options.header("allow")).contains("DELETE, GET, HEAD, OPTIONS");
        assertThat(served.send("OPTIONS", "*", "").header("allow")).contains("DELETE, GET, HEAD, OPTIONS");
        Wire.Answer refused = served.send("PUT", "/a", "");
        assertThat(refused.status()).isEqualTo(405);
        assertThat(refused.header("allow")).contains("DELETE, GET, HEAD, OPTIONS");
        assertThat(refused.header("content-type")).contains("application/problem+json");
    }

    @Test
    void a404SaysThatOnlyTheSlashIsWrong() {
        Wire served = serve(Routes.builder().get("/a", request -> "a").get("/b/", request -> "b"));
        assertThat(served.get("/a/").json().get("detail").asString())
                .endsWith("there is one without the slash at its end");
        assertThat(served.get("/b").json().get("detail").asString()).endsWith("there is one with a slash at its end");
        assertThat(served.get("/c").json().get("detail").asString()).isEqualTo("no route has the path '/c'");
    }

    @Test
    void whatCannotBeTakenIsRefusedBeforeAnythingIsDone() {
        AtomicInteger done = new AtomicInteger();
        Wire served = serve(Routes.builder()
                .add(Route.post("/declared").returns(User.class).handle(request -> {
                    done.incrementAndGet();
                    return new User(1, "a", null);
                }))
                .post("/undeclared", request -> {
                    done.incrementAndGet();
                    return new User(1, "a", null);
                }));
        assertThat(served.send("POST", "/declared", "", "accept: text/html").status())
                .isEqualTo(406);
        assertThat(done).hasValue(0);
        // Nothing is known before of what this one returns; once it is done, its answer says more than a 406.
        assertThat(served.send("POST", "/undeclared", "", "accept: text/html").status())
                .isEqualTo(200);
        assertThat(done).hasValue(1);
    }

    // ---- what is asked for

    enum Colour {
        RED,
        BLUE
    }

    private static final Parameter<Integer> LIMIT =
            Parameter.query("limit", Integer.class).orElse(20);
    private static final Parameter<List<Colour>> COLOURS =
            Parameter.query("colour", Colour.class).repeated();
    private static final Parameter<Optional<String>> TENANT =
            Parameter.header("X-Tenant", String.class).optional();
    private static final Parameter<List<Integer>> SIZES =
            Parameter.header("x-size", Integer.class).repeated();
    private static final Parameter<Long> ID = Parameter.path("id", Long.class);

    @Test
    void parametersAreTyped() {
        Wire served = serve(Routes.builder()
                .add(Route.get("/users/{id}")
                        .parameters(ID, LIMIT, COLOURS, TENANT)
                        .handle(request -> request.get(ID) + " " + request.get(LIMIT) + " " + request.get(COLOURS) + " "
                                + request.get(TENANT)))
                .get("/sizes", request -> request.get(SIZES))
                .get("/short/{id}", request -> {
                    long id = request.path("id", Long::parseLong);
                    return id
                            + request.query("n", Integer.class).orElse(1)
                            + request.queryAll("t").toString();
                }));
        assertThat(served.get("/users/7").text()).isEqualTo("7 20 [] Optional.empty");
        assertThat(served.get("/users/-7?limit=5&colour=RED&colour=BLUE", "x-tenant: acme")
                        .text())
                .isEqualTo("-7 5 [RED, BLUE] Optional[acme]");
        assertThat(served.get("/sizes", "x-size: 1, 2", "x-size: 3").text()).isEqualTo("[1,2,3]");
        assertThat(served.get("/short/7?n=2&t=a%20b&t=c+d&t=&t").text()).isEqualTo("9[a b, c d, , ]");
    }

    @Test
    void aPathParameterThatTheTemplateLacksIsAFaultOfTheServer() {
        assertThatThrownBy(() -> Route.get("/users").parameters(ID))
                .hasMessageContaining("id")
                .hasMessageContaining("/users");
        Wire served = serve(Routes.builder().get("/a/{b}", request -> request.path("c")));
        assertThat(served.get("/a/1").status()).isEqualTo(500);
        assertThat(served.get("/a/1").text()).doesNotContain("path parameter 'c'");
    }

    @Test
    void genericTextAndBinaryBodiesAreRead() {
        Wire served = serve(Routes.builder()
                .add(Route.post("/list")
                        .handle(
                                new TypeReference<List<NewUser>>() {},
                                (request, users) -> users.get(1).name()))
                .post("/text", String.class, (request, text) -> text.length())
                .post("/bytes", byte[].class, (request, bytes) -> bytes.length));
        assertThat(served.json("POST", "/list", "[{\"name\":\"a\"},{\"name\":\"b\"}]")
                        .text())
                .isEqualTo("b");
        assertThat(served.send(
                                "POST",
                                "/text",
                                new byte[] {(byte) 0xe9},
                                "content-type: text/plain; charset=ISO-8859-1")
                        .text())
                .isEqualTo("1");
        assertThat(served.send("POST", "/bytes", "abc", "content-type: image/png")
                        .text())
                .isEqualTo("3");
        assertThat(served.send(
                                "POST",
                                "/list",
                                "[{\"name\":\"a\"},{\"name\":\"b\"}]",
                                "content-type: application/v1+json; charset=\"UTF-8\"")
                        .text())
                .isEqualTo("b");
    }

    @Test
    void aRouteHasALimitOfItsOwn() {
        Wire served = serve(Routes.builder()
                .add(Route.post("/small").maxBodyBytes(20).handle(NewUser.class, (request, body) -> null))
                .post("/large", NewUser.class, (request, body) -> null));
        String body = "{\"name\":\"" + "x".repeat(30) + "\"}";
        assertThat(served.json("POST", "/large", body).status()).isEqualTo(204);
        Wire.Answer refused = served.json("POST", "/small", body);
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.json().get("detail").asString()).contains("20");
    }

    // ---- errors

    static final class Taken extends Exception {
        private static final long serialVersionUID = 1L;

        Taken(String name) {
            super(name);
        }
    }

    @Test
    void exceptionsBecomeProblems() {
        Wire served = serve(Routes.builder()
                .get("/own", request -> {
                    throw new ProblemException(Problem.of(422, "too odd")
                            .withType("https://example.org/odd")
                            .withTitle("Odd")
                            .withInstance("/odd/1")
                            .with("balance", 30));
                })
                .get("/mapped", request -> {
                    throw new Taken("ada");
                })
                .get("/code", request -> {
                    throw new CallException(Code.UNAVAILABLE, "later")
                            .withRetryAdvice(RetryAdvice.after(Duration.ofSeconds(3)));
                })
                .get("/bug", request -> {
                    throw new IllegalStateException("secret");
                })
                .get("/badmapping", request -> {
                    throw new java.io.IOException("x");
                })
                .problem(java.io.IOException.class, e -> Problem.of(7))
                .problem(Exception.class, e -> e instanceof Taken ? Problem.of(500) : Problem.of(501))
                .problem(
                        Taken.class,
                        e -> Problem.of(409, e.getMessage() + " is taken").with("name", String.valueOf(e.getMessage())))
                .problem(RuntimeException.class, e -> Problem.of(CallException.from(e))));
        assertThat(served.get("/own", "accept: text/html").text())
                .isEqualTo("{\"type\":\"https://example.org/odd\",\"title\":\"Odd\",\"status\":422,"
                        + "\"detail\":\"too odd\",\"instance\":\"/odd/1\",\"balance\":30}");
        assertThat(served.get("/own").status()).isEqualTo(422);
        Wire.Answer mapped = served.get("/mapped");
        assertThat(mapped.status()).isEqualTo(409);
        assertThat(mapped.json().get("name").asString()).isEqualTo("ada");
        Wire.Answer code = served.get("/code");
        assertThat(code.status()).isEqualTo(503);
        assertThat(code.json().get("code").asString()).isEqualTo("UNAVAILABLE");
        Wire.Answer bug = served.get("/bug");
        assertThat(bug.status()).isEqualTo(500);
        assertThat(bug.text()).contains("internal error").doesNotContain("secret");
        assertThat(served.get("/badmapping").status()).isEqualTo(500);
    }

    @Test
    void exhaustedRetriesAreToldWhereTheCallerMightRepeat() {
        Wire served = serve(Routes.builder()
                .get("/busy", request -> {
                    throw new CallException(Code.UNAVAILABLE, "tried enough").withRetryAdvice(RetryAdvice.NEVER);
                })
                .get("/none", request -> {
                    throw ProblemException.of(404, "none");
                })
                .get("/closed", request -> {
                    throw ProblemException.of(503, "closed");
                }));
        assertThat(served.get("/busy").header("grpc-retry-pushback-ms")).contains("-1");
        assertThat(served.get("/none").header("grpc-retry-pushback-ms")).isEmpty();
        assertThat(served.get("/closed").header("grpc-retry-pushback-ms")).isEmpty();
    }

    @Test
    void retryAdviceAndMetadataOfAnErrorAreHeaders() {
        Wire served = serve(Routes.builder().get("/", request -> {
            CallException later = new CallException(Code.UNAVAILABLE, "later");
            later.metadata().put("www-authenticate", "Basic");
            throw later.withRetryAdvice(RetryAdvice.after(Duration.ofSeconds(3)));
        }));
        assertThat(served.get("/").header("retry-after")).contains("3");
        assertThat(served.get("/").header("www-authenticate")).contains("Basic");
    }

    @Test
    void whatDoesNotMatchItsDeclarationIsAFaultOfTheServer() {
        Wire served = serve(Routes.builder()
                .add(Route.get("/a").returns(User.class).handle(request -> "text"))
                .add(Route.get("/b").returns(User.class).handle(request -> Reply.of(202, new User(1, "a", null))))
                .add(Route.get("/c").returns(User.class).handle(request -> Optional.of(new User(1, "a", null))))
                .add(Route.get("/d").returns(User.class).handle(request -> null))
                .add(Route.get("/e").returns(User.class).handle(request -> Reply.of(202)))
                .add(Route.get("/f").returns(User.class).returns(204).handle(request -> null)));
        assertThat(served.get("/a").status()).isEqualTo(500);
        assertThat(served.get("/b").status()).isEqualTo(500);
        assertThat(served.get("/c").status()).isEqualTo(200);
        assertThat(served.get("/d").status()).isEqualTo(500);
        assertThat(served.get("/e").status()).isEqualTo(500);
        assertThat(served.get("/f").status()).isEqualTo(204);
    }

    // ---- interceptors and calls

    private record Named(String name, List<String> seen) implements Interceptor {
        @Override
        public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
            seen.add(
                    name + ' ' + call.method().name() + ' ' + request.getClass().getSimpleName());
            call.responseHeaders().put("x-" + name, "1");
            return next.handle(call, request);
        }
    }

    @Test
    void interceptorsStandInFrontAndSeeTheRoute() {
        List<String> seen = new ArrayList<>();
        Routes inner = Routes.builder()
                .interceptors(new Named("inner", seen))
                .add(Route.get("/{id}").interceptors(new Named("route", seen)).handle(request -> {
                    seen.add("handler " + Call.current().method() + ' '
                            + request.call().attributes().get(Routes.TEMPLATE).orElseThrow());
                    return request.path("id");
                }))
                .build();
        Wire served =
                serve(Routes.builder().interceptors(new Named("outer", seen)).mount("/users/{org}", inner));
        Wire.Answer answer = served.get("/users/x/7");
        assertThat(answer.text()).isEqualTo("7");
        assertThat(seen)
                .containsExactly(
                        "outer GET /users/{org}/{id} RestRequest",
                        "inner GET /users/{org}/{id} RestRequest",
                        "route GET /users/{org}/{id} RestRequest",
                        "handler rest/GET /users/{org}/{id} /users/{org}/{id}");
        assertThat(answer.header("x-outer")).contains("1");
        assertThat(answer.header("x-route")).contains("1");
    }

    @Test
    void anInterceptorAnswersBeforeTheBodyIsRead() {
        AtomicInteger asked = new AtomicInteger();
        Interceptor refusing = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) {
                asked.incrementAndGet();
                throw new CallException(Code.UNAUTHENTICATED, "who are you");
            }
        };
        Wire served = serve(Routes.builder()
                .interceptors(refusing)
                .post("/a", NewUser.class, (request, body) -> null)
                .mount("/m", (call, request) -> HttpResponse.text(200, "open"))
                .fallback((call, request) -> HttpResponse.text(200, "open")));
        assertThat(served.json("POST", "/a", "not JSON").status()).isEqualTo(401);
        assertThat(served.get("/m/x").status()).isEqualTo(401);
        assertThat(served.get("/other").status()).isEqualTo(401);
        assertThat(asked).hasValue(3);
    }

    @Test
    void aRoutesCallEndsWithItsOutcomeAndSaysWhatMayBeRepeated() throws Exception {
        BlockingQueue<Outcome> ends = new LinkedBlockingQueue<>();
        List<Method> methods = new ArrayList<>();
        Interceptor watching = new Interceptor() {
            @Override
            public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
                methods.add(call.method());
                call.onEnd(ends::add);
                return next.handle(call, request);
            }
        };
        Wire served = serve(Routes.builder()
                .interceptors(watching)
                .service("users")
                .get("/a", request -> "a")
                .put("/a", NewUser.class, (request, body) -> null)
                .post("/a", request -> {
                    throw ProblemException.of(409, "no");
                }));
        served.get("/a");
        assertThat(ends.poll(5, TimeUnit.SECONDS)).isEqualTo(Outcome.OK);
        served.json("PUT", "/a", "{\"name\":\"x\"}");
        assertThat(ends.poll(5, TimeUnit.SECONDS)).isEqualTo(Outcome.OK);
        served.send("POST", "/a", "");
        Outcome failed = ends.poll(5, TimeUnit.SECONDS);
        assertThat(failed).isNotNull();
        assertThat(failed.code()).contains(Code.ABORTED);
        assertThat(methods).extracting(Method::service).containsOnly("users");
        assertThat(methods)
                .extracting(Method::idempotency)
                .containsExactly(
                        Method.Idempotency.NO_SIDE_EFFECTS, Method.Idempotency.IDEMPOTENT, Method.Idempotency.UNKNOWN);
    }

    @Test
    void aMountSeesThePathWithoutItsPrefixAndInnerProblemsGoFirst() {
        Routes inner = Routes.builder()
                .get("/", request -> "root of users")
                .get("/taken", request -> {
                    throw new Taken("inner");
                })
                .get("/other", request -> {
                    throw new java.io.IOException("outer");
                })
                .problem(Taken.class, e -> Problem.of(409))
                .mount("/files", (call, request) -> HttpResponse.text(200, "inner " + request.target()))
                .build();
        Wire served = serve(Routes.builder()
                .mount("/users", inner)
                .mount("/raw", (call, request) -> HttpResponse.text(200, request.target()))
                .get("/raw/known", request -> "route")
                .problem(Exception.class, e -> Problem.of(418))
                .fallback((call, request) -> HttpResponse.text(200, "fallback")));
        assertThat(served.get("/users").text()).isEqualTo("root of users");
        assertThat(served.get("/users/taken").status()).isEqualTo(409);
        assertThat(served.get("/users/other").status()).isEqualTo(418);
        assertThat(served.get("/users/files/a%2Fb?q=1").text()).isEqualTo("inner /a%2Fb?q=1");
        assertThat(served.send("PUT", "/raw/x/", "").text()).isEqualTo("/x/");
        assertThat(served.get("/raw/known").text()).isEqualTo("route");
        Wire.Answer redirect = served.get("/raw?q=1");
        assertThat(redirect.status()).isEqualTo(308);
        assertThat(redirect.header("location")).contains("./raw/?q=1");
        assertThat(served.get("/nowhere").text()).isEqualTo("fallback");
    }
}
