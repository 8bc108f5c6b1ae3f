package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each kind of wrong request, its status, and that the answer says what is wrong and what was expected. */
class BadInputTest {

    enum Size {
        SMALL,
        LARGE
    }

    record Address(String street, int number) {}

    record Order(
            String customer,
            Size size,
            int count,
            double price,
            boolean gift,
            LocalDate day,
            List<Address> addresses,
            @Nullable String note,
            Optional<String> coupon) {
        Order {
            if (count < 1) {
                throw new IllegalArgumentException("count must be positive, but is " + count);
            }
        }
    }

    private static final Parameter<Integer> LIMIT = Parameter.query("limit", Integer.class);
    private static final Parameter<Size> SIZE =
            Parameter.header("x-size", Size.class).orElse(Size.SMALL);

    private static Wire served;

    @BeforeAll
    static void start() {
        served = Wire.serve(Routes.builder()
                .get("/users/{id}", request -> request.path("id", Long.class))
                .get("/lambda/{id}", request -> request.path("id", Long::parseLong))
                .get("/day/{day}", request -> request.path("day", LocalDate::parse))
                .get("/shout/{word}", request -> request.path("word", BadInputTest::shout))
                .add(Route.get("/page").parameters(LIMIT, SIZE).handle(request -> "page"))
                .add(Route.get("/declared").returns(Map.class).handle(request -> Map.of()))
                .get("/undeclared", request -> Map.of())
                .add(Route.get("/image").produces("image/png").handle(request -> new byte[1]))
                .post("/orders", Order.class, (request, order) -> order)
                .post("/text", String.class, (request, text) -> text)
                .build());
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    private static String shout(String word) {
        if (!word.equals(word.toUpperCase(java.util.Locale.ROOT))) {
            throw new IllegalArgumentException("capitals were expected");
        }
        return word;
    }

    private static void refused(Wire.Answer answer, int status, String detail) {
        assertThat(answer.header("content-type")).contains("application/problem+json");
        assertThat(answer.json().get("status").asInt()).isEqualTo(status);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.json().get("detail").asString()).contains(detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "/users/x|400|path parameter id must be an integer of 64 bits, but is 'x'",
                "/users/99999999999999999999|400|path parameter id must be an integer of 64 bits",
                "/lambda/x|400|path parameter id must be a number of the right size, but is 'x'",
                "/day/tomorrow|400|path parameter day must be a date or time of ISO 8601, but is 'tomorrow'",
                "/shout/word|400|path parameter word is 'word': capitals were expected",
                "/page|400|query parameter limit is missing; it must be an integer",
                "/page?limit=|400|query parameter limit must be an integer from -2147483648 to 2147483647, but is ''",
                "/page?limit=1&limit=2|400|query parameter limit must stand once, but stands 2 times",
                "/page?limit=1.5|400|but is '1.5'",
                "/page?limit=%zz|400|the query holds '%zz', where an escape is not UTF-8",
                "/page?limit=%C3|400|where an escape is not UTF-8",
                "/users/%|400|'%' holds an escape that is not UTF-8",
                "/users/%4|400|'%4' holds an escape that is not UTF-8",
                "/users/%gg|400|'%gg' holds an escape that is not UTF-8",
                "/users/%FF|400|'%FF' holds an escape that is not UTF-8",
                "/users/%C0%AF|400|holds an escape that is not UTF-8",
                "/users/%00|400|it holds NUL",
                "/users/..|400|'..' is for the client to resolve",
                "/users/../x|400|'..' is for the client to resolve",
                "/users/%2e%2E/x|400|'%2e%2E' is for the client to resolve",
                "/./users|400|'.' is for the client to resolve",
                "/nowhere|404|no route has the path '/nowhere'",
                "//users/1|404|no route has the path",
                "/users/|404|no route has the path",
            })
    void aWrongTargetIsToldWithItsPart(String target, int status, String detail) {
        refused(served.get(target), status, detail);
    }

    @Test
    void aWrongHeaderIsTold() {
        refused(
                served.get("/page?limit=1", "x-size: HUGE"),
                400,
                "header parameter x-size must be one of SMALL, LARGE, but is 'HUGE'");
    }

    @Test
    void theParameterIsAlsoAMember() {
        var error = served.get("/users/x").json().get("errors").get(0);
        assertThat(error.get("in").asString()).isEqualTo("path");
        assertThat(error.get("field").asString()).isEqualTo("id");
        assertThat(error.get("detail").asString()).isEqualTo("must be an integer of 64 bits, but is 'x'");
    }

    @Test
    void aLongOrUglyValueIsCut() {
        assertThat(served.get("/users/" + "9".repeat(3000)).text()).hasSizeLessThan(600);
        assertThat(served.get("/users/%0A%1B").json().get("detail").asString()).endsWith("'??'");
    }

    private static final String GOOD = "{'customer':'Ada','size':'SMALL','count':1,'price':1.5,'gift':true,"
            + "'day':'2026-01-31','addresses':[{'street':'a','number':1}]}";

    @Test
    void whatIsRightIsTaken() {
        Wire.Answer answer = served.json("POST", "/orders", GOOD.replace('\'', '"'));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        String full = GOOD.replace("}]}", "}],'note':null,'coupon':'x'}");
        assertThat(served.json("POST", "/orders", full.replace('\'', '"')).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'count':1,|'count':'1',|/count|must be an integer that fits int, but is '1'",
                "'count':1,|'count':1.5,|/count|must be an integer that fits int, but is 1.5",
                "'count':1,|'count':3000000000,|/count|3000000000",
                "'count':1,|'count':null,|/count|must not be null",
                "'count':1,||/count|is missing",
                "'count':1,|'count':0,||count must be positive, but is 0",
                "'count':1,|'count':1,'count':2,||Duplicate",
                "'customer':'Ada',||/customer|is missing",
                "'customer':'Ada',|'customer':null,|/customer|must not be null",
                "'customer':'Ada',|'customer':7,|/customer|must be a string, but is 7",
                "'customer':'Ada',|'customer':['x'],|/customer|must be a string, but is an array",
                "'customer':'Ada',|'customer':'Ada','age':3,|/age|is not known; known are",
                "'SMALL'|'HUGE'|/size|must be one of SMALL, LARGE, but is 'HUGE'",
                "'SMALL'|0|/size|must be one of SMALL, LARGE",
                "1.5|'cheap'|/price|must be a number, but is 'cheap'",
                "true|'yes'|/gift|must be true or false, but is 'yes'",
                "'2026-01-31'|'tomorrow'|/day|must be a string with a LocalDate of ISO 8601, but is 'tomorrow'",
                "'number':1|'number':'x'|/addresses/0/number|must be an integer that fits int, but is 'x'",
                "'number':1|'number':1,'zip':1|/addresses/0/zip|is not known; known are street, number",
                "[{'street':'a','number':1}]|{}|/addresses|must be an array, but is an object",
            })
    void aWrongFieldIsToldWithItsPointer(String good, @Nullable String bad, @Nullable String pointer, String detail) {
        assertThat(GOOD).contains(good);
        Wire.Answer answer = served.json(
                "POST", "/orders", GOOD.replace(good, bad == null ? "" : bad).replace('\'', '"'));
        refused(answer, 400, detail);
        var error = answer.json().get("errors").get(0);
        assertThat(error.get("in").asString()).isEqualTo("body");
        assertThat(error.get("field").asString()).isEqualTo(pointer == null ? "" : pointer);
        assertThat(answer.text()).doesNotContain("dev.parley");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{|is not JSON as it should be",
                "[]|must be an object, but is an array",
                "null|the body must not be null",
                "'x'|must be an object, but is 'x'",
                "{} {}|",
                "{'customer':NaN}|is not JSON as it should be",
            })
    void whatIsNoSuchObjectIsTold(String body, @Nullable String detail) {
        refused(served.json("POST", "/orders", body.replace('\'', '"')), 400, detail == null ? "" : detail);
    }

    @Test
    void whatFollowsTheValueIsTold() {
        refused(
                served.json("POST", "/orders", GOOD.replace('\'', '"') + " {}"),
                400,
                "must end behind its first value");
    }

    @Test
    void deepNestingAndBrokenUtf8AreRefused() {
        String deep = "{\"customer\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
        assertThat(served.json("POST", "/orders", deep).status()).isEqualTo(400);
        byte[] broken = GOOD.replace('\'', '"').replace("Ada", "A\u00e9a").getBytes(StandardCharsets.ISO_8859_1);
        Wire.Answer answer = served.send("POST", "/orders", broken, "content-type: application/json");
        refused(answer, 400, "is not JSON as it should be");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "content-type: text/plain|content-type must be application/json, but is 'text/plain'",
                "content-type: application/x-www-form-urlencoded|but is 'application/x-www-form-urlencoded'",
                "content-type: json|but is 'json'",
                "x-nothing: 1|content-type must be application/json, but is missing",
                "content-type: application/json; charset=utf-16|JSON is UTF-8 (RFC 8259, 8.1), not 'utf-16'",
            })
    void anotherContentTypeIs415(String header, String detail) {
        Wire.Answer answer = served.send("POST", "/orders", GOOD.replace('\'', '"'), header);
        refused(answer, 415, detail);
        assertThat(answer.header("accept")).contains("application/json");
        if (!header.contains("charset")) {
            assertThat(answer.header("accept-post")).contains("application/json");
        }
    }

    @Test
    void aCodedBodyIs415() {
        Wire.Answer answer =
                served.send("POST", "/orders", "x", "content-type: application/json", "content-encoding: gzip");
        refused(answer, 415, "content-encoding 'gzip' is not read here");
        assertThat(answer.header("accept-encoding")).contains("identity");
    }

    @Test
    void anEmptyBodyIsToldAsSuch() {
        refused(served.json("POST", "/orders", " "), 400, "");
        refused(served.json("POST", "/orders", ""), 400, "is empty; application/json was expected");
        refused(served.send("POST", "/orders", ""), 400, "is empty; application/json was expected");
    }

    @Test
    void textOfAWrongKindIsRefused() {
        refused(served.send("POST", "/text", "x", "content-type: image/png"), 415, "text/plain");
        refused(served.send("POST", "/text", "x", "content-type: text/plain; charset=klingon"), 415, "'klingon'");
        byte[] broken = {(byte) 0xff};
        refused(served.send("POST", "/text", broken, "content-type: text/plain"), 400, "the body is not UTF-8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/declared|text/html|406",
                "/declared|application/json;q=0|406",
                "/declared|application/json;q=0, */*;q=0.1|406",
                "/declared|text/html, */*;q=0.1|200",
                "/declared|application/*|200",
                "/declared|garbage|200",
                "/undeclared|text/html|406",
                "/undeclared|application/json|200",
                "/image|application/json|406",
                "/image|image/*|200",
                "/users/1|application/problem+json|406",
            })
    void whatTheClientDoesNotTakeIs406(String path, String accept, int status) {
        Wire.Answer answer = served.get(path, "accept: " + accept);
        if (status == 406) {
            refused(answer, 406, "does not take");
        } else {
            assertThat(answer.status()).isEqualTo(status);
        }
    }
}
