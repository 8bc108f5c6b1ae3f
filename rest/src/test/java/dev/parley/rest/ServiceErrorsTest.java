package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.ErrorDetail;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.chain.Chain;
import dev.parley.http.Body;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What statuses and bodies of errors become. */
class ServiceErrorsTest {

    private volatile HttpResponse answer = HttpResponse.of(200);
    private final HttpServer server =
            HttpServer.builder().handler((call, request) -> answer).start();
    private final ServiceClient client = ServiceClient.builder("users", "http://127.0.0.1:" + server.port())
            .chain(Chain.empty()) // what one answer is taken for
            .build();

    @AfterEach
    void close() {
        client.close();
        server.close();
    }

    private ServiceException get() {
        return error(client.get("/users/{id}", "s3cret").query("token", "s3cret"));
    }

    private static ServiceException error(ServiceRequest request) {
        return catchThrowableOfType(ServiceException.class, request::send);
    }

    private void answers(int status, String contentType, String body) {
        answer = HttpResponse.of(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "400, INVALID_ARGUMENT, Unstated, Unstated",
        "401, UNAUTHENTICATED, Unstated, Unstated",
        "402, FAILED_PRECONDITION, Unstated, Unstated",
        "403, PERMISSION_DENIED, Unstated, Unstated",
        "404, NOT_FOUND, Unstated, Unstated",
        "405, UNIMPLEMENTED, Unstated, Unstated",
        "406, INVALID_ARGUMENT, Unstated, Unstated",
        "408, UNAVAILABLE, Safe, Safe",
        "410, NOT_FOUND, Unstated, Unstated",
        "411, INVALID_ARGUMENT, Unstated, Unstated",
        "412, FAILED_PRECONDITION, Unstated, Unstated",
        "413, RESOURCE_EXHAUSTED, Never, Never",
        "414, RESOURCE_EXHAUSTED, Never, Never",
        "415, INVALID_ARGUMENT, Unstated, Unstated",
        "416, OUT_OF_RANGE, Unstated, Unstated",
        "418, FAILED_PRECONDITION, Unstated, Unstated",
        "422, INVALID_ARGUMENT, Unstated, Unstated",
        "423, ABORTED, Unstated, Unstated",
        "425, UNAVAILABLE, Safe, Safe",
        "428, FAILED_PRECONDITION, Unstated, Unstated",
        "429, RESOURCE_EXHAUSTED, Safe, Safe",
        "431, RESOURCE_EXHAUSTED, Never, Never",
        "451, PERMISSION_DENIED, Unstated, Unstated",
        "499, CANCELLED, Unstated, Unstated",
        "500, INTERNAL, Safe, Unstated",
        "501, UNIMPLEMENTED, Unstated, Unstated",
        "502, UNAVAILABLE, Safe, Safe",
        "503, UNAVAILABLE, Safe, Safe",
        "504, DEADLINE_EXCEEDED, Safe, Safe",
        "505, UNIMPLEMENTED, Unstated, Unstated",
        "507, RESOURCE_EXHAUSTED, Unstated, Unstated",
        "599, INTERNAL, Unstated, Unstated",
        "300, FAILED_PRECONDITION, Never, Never",
    })
    void eachStatusHasACodeAndAdvice(int status, Code code, String adviceOfGet, String adviceOfPost) {
        answer = HttpResponse.of(status);
        ServiceException got = get();
        assertThat(got.status()).isEqualTo(status);
        assertThat(got.code()).isEqualTo(code);
        assertThat(got.origin()).isEqualTo(CallException.Origin.REMOTE);
        assertThat(got.retryAdvice().getClass().getSimpleName()).isEqualTo(adviceOfGet);
        assertThat(got.message())
                .startsWith("users GET /users/{id} answered " + status)
                .doesNotContain("s3cret");
        ServiceException posted = error(client.post("/users").body("x"));
        assertThat(posted.code()).isEqualTo(code);
        assertThat(posted.retryAdvice().getClass().getSimpleName()).isEqualTo(adviceOfPost);
    }

    @Test
    void aConflictIsOneOfCreationOrOfChange() {
        answer = HttpResponse.of(409);
        assertThat(error(client.post("/users")).code()).isEqualTo(Code.ALREADY_EXISTS);
        assertThat(error(client.put("/users/{id}", 1)).code()).isEqualTo(Code.ABORTED);
        answers(409, "application/problem+json", "{\"code\":\"ABORTED\"}");
        assertThat(error(client.post("/users")).code()).isEqualTo(Code.ABORTED);
        answers(400, "application/problem+json", "{\"code\":\"failed_precondition\"}");
        assertThat(error(client.post("/users")).code()).isEqualTo(Code.FAILED_PRECONDITION);
        answers(400, "application/problem+json", "{\"code\":\"NOT_FOUND\"}");
        assertThat(error(client.post("/users")).code()).as("does not fit 400").isEqualTo(Code.INVALID_ARGUMENT);
    }

    @Test
    void aServiceThatHasExhaustedItsRetriesIsLetBe() {
        answer = new HttpResponse(503, Metadata.of("grpc-retry-pushback-ms", "-1", "retry-after", "7"), Body.empty());
        assertThat(get().retryAdvice()).isEqualTo(RetryAdvice.NEVER);
    }

    @Test
    void retryAfterInSecondsAndAsADate() {
        answer = new HttpResponse(503, Metadata.of("retry-after", "7"), Body.empty());
        assertThat(get().retryAdvice()).isEqualTo(RetryAdvice.after(Duration.ofSeconds(7)));
        for (String form : new String[] {
            "EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'", "EEE MMM ppd HH:mm:ss yyyy"
        }) {
            String date = DateTimeFormatter.ofPattern(form, Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC)
                    .format(Instant.now().plusSeconds(3600));
            answer = new HttpResponse(429, Metadata.of("retry-after", date), Body.empty());
            assertThat(get().retryAdvice())
                    .as(date)
                    .isInstanceOfSatisfying(
                            RetryAdvice.After.class,
                            after -> assertThat(after.delay())
                                    .isBetween(Duration.ofSeconds(3500), Duration.ofSeconds(3600)));
        }
        answer = new HttpResponse(503, Metadata.of("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"), Body.empty());
        assertThat(get().retryAdvice()).isEqualTo(RetryAdvice.after(Duration.ZERO));
        answer = new HttpResponse(503, Metadata.of("retry-after", "99999999999999999999"), Body.empty());
        assertThat(get().retryAdvice()).isEqualTo(RetryAdvice.NEVER);
        for (String malformed : new String[] {"soon", "-1", "+5", "1.5", "", "Wed, 99 Foo"}) {
            answer = new HttpResponse(503, Metadata.of("retry-after", malformed), Body.empty());
            assertThat(get().retryAdvice()).as(malformed).isEqualTo(RetryAdvice.SAFE);
        }
    }

    @Test
    void aProblemDocumentIsRead() {
        answers(422, "application/problem+json", """
                {"type": "https://example.org/invalid", "title": "Invalid", "status": 422, "detail": "the user is wrong",
                 "errors": [{"pointer": "#/age", "detail": "must be positive"}, {"field": "name", "message": "is missing"}],
                 "balance": 30}
                """);
        ServiceException error = get();
        assertThat(error.message())
                .isEqualTo("users GET /users/{id} answered 422: the user is wrong; #/age: must be positive; "
                        + "name: is missing");
        ServiceProblem problem = error.problem().orElseThrow();
        assertThat(problem.type()).isEqualTo("https://example.org/invalid");
        assertThat(problem.title()).isEqualTo("Invalid");
        assertThat(problem.detail()).isEqualTo("the user is wrong");
        assertThat(problem.errors())
                .containsExactly(
                        new ServiceProblem.FieldError("#/age", "must be positive"),
                        new ServiceProblem.FieldError("name", "is missing"));
        assertThat(problem.json().path("balance").intValue()).isEqualTo(30);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"error\": {\"code\": \"E1\", \"message\": \"no such user\"}}     | no such user",
                "{\"error\": \"no such user\"}                                     | no such user",
                "{\"message\": \"no such user\", \"statusCode\": 404}              | no such user",
                "{\"detail\": \"no such user\"}                                    | no such user",
                "{\"title\": \"No User\"}                                          | No User",
                "{\"error\": \"invalid_grant\", \"error_description\": \"expired\"} | expired",
                "{\"timestamp\": 1, \"status\": 404, \"error\": \"Not Found\", \"path\": \"/x\"} | Not Found",
                "{\"errors\": {\"Name\": [\"is missing\", \"is odd\"], \"Age\": \"is old\"}} | Name: is missing; Name: is odd; Age: is old",
                "{\"detail\": [{\"loc\": [\"body\", \"age\"], \"msg\": \"not a number\", \"type\": \"int\"}]} | body.age: not a number",
                "{\"detail\": \"field /age is old\", \"errors\": [{\"field\": \"/age\", \"detail\": \"is old\"}]} | field /age is old",
                "{\"errors\": [\"one\", \"two\"]}                                  | one; two",
            })
    void otherJsonIsUnderstood(String body, String said) {
        answers(404, "application/json", body);
        assertThat(get().message()).isEqualTo("users GET /users/{id} answered 404: " + said);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[1]",
                "{",
                "{\"a\":",
                "nothing",
                "\"text\"",
                "{\"error\": null}",
                "{\"errors\": [[], {}, 7, null]}",
                "{}"
            })
    void oddJsonDoesNoHarm(String body) {
        answers(500, "application/json", body);
        assertThat(get().message()).isEqualTo("users GET /users/{id} answered 500");
        assertThat(get().body()).isEqualTo(body);
    }

    @Test
    void theBodysBeginningIsForTheLogOnly() {
        answers(500, "text/html", "<h1>Oops</h1>\n\t at line 7\r\n" + "x".repeat(100_000));
        ServiceException error = get();
        assertThat(error.message()).isEqualTo("users GET /users/{id} answered 500");
        assertThat(error.problem()).isEmpty();
        assertThat(error.body()).startsWith("<h1>Oops</h1> at line 7 xxx").hasSizeBetween(2000, 2100);
        assertThat(error.toString()).contains("<h1>Oops</h1>");
        answers(500, "text/plain", "ü".repeat(5_000));
        assertThat(get().body()).startsWith("üüü");
    }

    @Test
    void binaryIsNotShown() {
        byte[] image = new byte[3000];
        for (int i = 0; i < image.length; i++) {
            image[i] = (byte) (i * 31);
        }
        answer = HttpResponse.of(502, "image/png", image);
        assertThat(get().body()).isEqualTo("3000 bytes that are no text");
    }

    @Test
    void messagesAreBoundedAndOneLine() {
        answers(500, "application/json", "{\"message\": \"line\\n\\u001b[31mtwo\\u2028" + "x".repeat(5000) + "\"}");
        assertThat(get().message())
                .startsWith("users GET /users/{id} answered 500: line [31mtwo xxx")
                .hasSizeLessThan(600)
                .doesNotContain("\n", "\u001b", "\u2028");
    }

    @Test
    void aRedirectIsNotFollowedAndSaysWhereTo() {
        answer = new HttpResponse(
                302, Metadata.of("location", "https://login.example/start?token=s3cret"), Body.empty());
        assertThat(get().message())
                .contains("answered 302", "redirect to host login.example", "not followed")
                .doesNotContain("s3cret");
        answer = new HttpResponse(308, Metadata.of("location", "/users/7/"), Body.empty());
        assertThat(get().message()).contains("another path of the same host");
        answer = new HttpResponse(301, Metadata.of("location", "http://[oops s3cret"), Body.empty());
        assertThat(get().message()).contains("malformed location").doesNotContain("s3cret");
    }

    @Test
    void otherAdviceAndDetailsKeepTheRest() {
        answers(503, "application/json", "{\"message\": \"busy\"}");
        CallException changed =
                get().withRetryAdvice(RetryAdvice.NEVER).withDetail(new ErrorDetail("x.Y", new byte[1]));
        assertThat(changed).isInstanceOfSatisfying(ServiceException.class, error -> {
            assertThat(error.status()).isEqualTo(503);
            assertThat(error.problem()).isPresent();
            assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
            assertThat(error.details()).hasSize(1);
            assertThat(error.metadata().get("content-type")).contains("application/json");
        });
    }
}
