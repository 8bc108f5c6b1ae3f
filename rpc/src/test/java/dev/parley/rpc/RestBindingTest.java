package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.CustomHttpPattern;
import com.google.api.HttpRule;
import dev.parley.rpc.transcoding.TranscodingService;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with an annotation is told when the server starts. */
class RestBindingTest {

    private static final List<Route<?, ?>> ROUTES = TranscodingService.DEFINITION.bindings().stream()
            .<Route<?, ?>>map(binding -> Route.of(binding, new Transcoding(), Route.InFront.NOTHING, 1000))
            .toList();
    private static final Route<?, ?> GET = route("Get");

    private static Route<?, ?> route(String method) {
        return ROUTES.stream()
                .filter(route -> route.toString().endsWith("/" + method))
                .findFirst()
                .orElseThrow();
    }

    private static RestBinding get(Route<?, ?> route, String template) {
        return RestBinding.of(route, HttpRule.newBuilder().setGet(template).build())
                .getFirst();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                 | path template \"\" at 0: it must start with /",
                "v1/things          | path template \"v1/things\" at 0: it must start with /",
                "/v1//x             | path template \"/v1//x\" at 4: a segment is empty",
                "/v1/               | path template \"/v1/\" at 4: a segment is empty",
                "/v1/{id            | at 7: '}' is missing",
                "/v1/{}             | at 5: a variable needs a field's name",
                "/v1/{id=}          | at 8: a segment is empty",
                "/v1/{9}            | at 5: a variable needs a field's name",
                "/v1/{inner.}       | at 11: a variable needs a field's name",
                "/v1/{id}{name}     | at 8: '{' is not expected",
                "/v1/{id={name}}    | at 8: a variable must not contain another one",
                "/v1/{id}/{id}      | at 10: variable id stands there twice",
                "/v1/**/x           | at 7: ** must be the last segment",
                "/v1/{name=**}/x    | at 14: ** must be the last segment",
                "/v1/a*             | at 5: * must be a segment of its own",
                "/v1/***            | at 4: * must be a segment of its own",
                "/v1/x:             | at 6: ':' must be followed by a verb",
                "/v1/x:a:b          | at 7: ':' is not expected",
                "/v1/x:a/b          | at 7: '/' is not expected",
                "/v1/x:*            | at 7: ':' must be followed by a verb",
                "/v1/x}             | at 5: '}' is not expected",
                "/v1/a b            | at 5: no path has this character",
                "/v1/a?b=c          | at 5: no path has this character",
                "/v1/a%zz           | at 5: this is not UTF-8 in percent-encoding",
                "/v1/../x           | at 4: a segment . or .. is never asked for",
                "/v1/{nothing}      | variable nothing of /v1/{nothing} is no single-valued field of",
                "/v1/{tags}         | variable tags of /v1/{tags} is no single-valued field",
                "/v1/{labels}       | variable labels of /v1/{labels} is no single-valued field",
                "/v1/{inner}        | variable inner of /v1/{inner} is no single-valued field",
                "/v1/{struct}       | variable struct of /v1/{struct} is no single-valued field",
                "/v1/{at.seconds}   | variable at.seconds of /v1/{at.seconds} is no single-valued field",
                "/v1/{odd_name}/{strange} | variables odd_name and odd_name of /v1/{odd_name}/{strange} are one field",
            })
    void aWrongTemplate(String template, String message) {
        assertThatThrownBy(() -> get(GET, template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("google.api.http of parley.test.v1.TranscodingService/Get: ")
                .hasMessageContaining(message);
    }

    @Test
    void aWrongRule() {
        assertWrong(HttpRule.newBuilder(), "it has no path");
        assertWrong(
                HttpRule.newBuilder().setPost("/v1/x").setBody("nothing"),
                "body: \"nothing\" is no field of parley.test.v1.Everything");
        assertWrong(
                HttpRule.newBuilder().setPost("/v1/x").setBody("inner.leaf"),
                "body: \"inner.leaf\" is no field of parley.test.v1.Everything; it must be one of its own fields");
        assertWrong(
                HttpRule.newBuilder().setPost("/v1/x").setResponseBody("nothing"),
                "response_body: \"nothing\" is no field of parley.test.v1.Everything");
        assertWrong(
                HttpRule.newBuilder().setPost("/v1/{id}").setBody("id"),
                "field id is both a variable of /v1/{id} and the body");
        assertWrong(
                HttpRule.newBuilder().setCustom(CustomHttpPattern.newBuilder().setPath("/v1/x")),
                "the kind of a custom rule must be an HTTP method, or * for any, but is \"\"");
        assertWrong(
                HttpRule.newBuilder()
                        .setCustom(CustomHttpPattern.newBuilder().setKind("A B").setPath("/v1/x")),
                "but is \"A B\"");
        assertWrong(
                HttpRule.newBuilder()
                        .setGet("/v1/x")
                        .addAdditionalBindings(HttpRule.newBuilder()
                                .setGet("/v1/y")
                                .addAdditionalBindings(HttpRule.newBuilder().setGet("/v1/z"))),
                "an additional binding must not have additional bindings itself");
    }

    private static void assertWrong(HttpRule.Builder rule, String message) {
        assertThatThrownBy(() -> RestBinding.of(GET, rule.build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TranscodingService/Get")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/x, /v1/x",
        "/v1/{id}, /v1/{name}",
        "/v1/{id}, /v1/*",
        "/v1/{name=a/*}, /v1/a/{id}",
        "/v1/{name=**}, /v1/**",
        "/v1/{id}:v, /v1/{name}:v",
        "/v1/a%62, /v1/%61b",
    })
    void aConflictNamesBoth(String one, String other) {
        RestRouter router = new RestRouter();
        router.add(get(GET, one));
        RestBinding second = get(route("Search"), other);
        assertThatThrownBy(() -> router.add(second))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GET " + one + " of parley.test.v1.TranscodingService/Get")
                .hasMessageContaining("GET " + other + " of parley.test.v1.TranscodingService/Search");
    }

    @ParameterizedTest
    @CsvSource({"/v1/{id}, /v1/x", "/v1/*, /v1/**", "/v1/{id}, /v1/{id}:v", "/v1/x:v, /v1/x:w", "/v1/X, /v1/x"})
    void whatCanBeToldApartIsNoConflict(String one, String other) {
        RestRouter router = new RestRouter();
        router.add(get(GET, one));
        router.add(get(GET, other));
        assertThat(router.all()).hasSize(2);
    }

    @Test
    void thePathOfAnRpcMethodIsTaken() {
        assertThatThrownBy(() -> RpcHandler.builder()
                        .service(TakesAPath.DEFINITION, new TakesAPath())
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("POST /parley.test.v1.TakesAPath/Call of parley.test.v1.TakesAPath/Call"
                        + " has the path of the RPC method parley.test.v1.TakesAPath/Call");
    }
}
