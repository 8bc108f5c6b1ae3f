package dev.parley.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.rest.Json;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What goes over the wire. */
@Timeout(120)
class ConsulApiTest {

    private static final String REGISTER = "/v1/agent/service/register";

    private final RegistryServer server = RegistryServer.builder().start();

    @AfterEach
    void close() {
        server.close();
    }

    private void register(String body) throws Exception {
        HttpResponse<String> answer = Http.put(server, REGISTER, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    private JsonNode json(String target) throws Exception {
        HttpResponse<String> answer = Http.get(server, target);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.standard().mapper().readTree(answer.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                             | 400 | Request decode failed",
                "[]                                            | 400 | the body must be a JSON object",
                "{\"Name\": 7}                                 | 400 | Name must be a string, but is 7",
                "{\"ID\": \"x\"}                               | 400 | Missing service name",
                "{\"Name\": \"a\", \"Port\": 65536}            | 400 | Port of service a must be from 0 to 65535, but is 65536",
                "{\"Name\": \"a\", \"Port\": -1}               | 400 | but is -1",
                "{\"Name\": \"a\", \"Port\": \"80\"}           | 400 | Port must be a whole number, but is \"80\"",
                "{\"Name\": \"a\", \"Port\": 8.5}              | 400 | Port must be a whole number, but is 8.5",
                "{\"Name\": \"a\", \"Tags\": \"x\"}            | 400 | Tags must be a list of strings",
                "{\"Name\": \"a\", \"Meta\": {\"k\": 1}}       | 400 | Meta.k must be a string, but is 1",
                "{\"Name\": \"a\", \"Name\": \"b\"}            | 400 | Request decode failed",
                "{\"Name\": \"a\", \"Check\": {}}              | 400 | Invalid check",
                "{\"Name\": \"a\", \"Check\": {\"TTL\": \"x\"}} | 400 | Check.TTL must be a time of at most a year",
                "{\"Name\": \"a\", \"Check\": {\"HTTP\": \"http://a\"}} | 400 | Interval must be > 0",
                "{\"Name\": \"a\", \"Check\": {\"HTTP\": \"ftp://a\", \"Interval\": \"1s\"}} | 400 | must begin with http://",
                "{\"Name\": \"a\", \"Check\": {\"TCP\": \"a\", \"Interval\": \"1s\"}} | 400 | must name host:port",
                "{\"Name\": \"a\", \"Check\": {\"Args\": [\"rm\"], \"Interval\": \"1s\"}} | 400 | Check.Args is not supported",
                "{\"Name\": \"a\", \"Checks\": [{\"TTL\": \"1s\"}, 7]} | 400 | Checks[1] must be a JSON object",
                "{\"Name\": \"a\", \"Check\": {\"TTL\": \"1s\", \"Status\": \"well\"}} | 400 | Status must be passing",
                "{\"Name\": \"a\", \"Kind\": \"connect-proxy\"} | 400 | Kind is not supported"
            })
    void aBadRegistrationIsToldWhatIsWrong(String body, int status, String expected) throws Exception {
        HttpResponse<String> answer = Http.put(server, REGISTER, body);
        assertThat(answer.body()).contains(expected);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
        assertThat(server.registry().instances()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /v1/health/service/a?index=x       | 400 | Invalid index",
                "GET | /v1/health/service/a?wait=x        | 400 | Invalid wait time",
                "GET | /v1/health/service/a?filter=x      | 400 | filter is not supported",
                "GET | /v1/health/service/a?dc=dc2        | 500 | No path to datacenter",
                "GET | /v1/health/state/well              | 400 | must be any, passing, warning or critical",
                "GET | /v1/agent/service/nobody           | 404 | unknown service ID: nobody",
                "PUT | /v1/agent/service/deregister/x     | 404 | Unknown service ID \"x\"",
                "PUT | /v1/agent/check/pass/x             | 404 | Unknown check ID \"x\"",
                "PUT | /v1/agent/check/deregister/x       | 404 | Unknown check ID \"x\"",
                "PUT | /v1/agent/service/maintenance/x    | 400 | Missing value for enable",
                "GET | /v1/kv/a                           | 501 | not /v1/kv",
                "GET | /v2                                | 404 | not a recognized HTTP API endpoint"
            })
    void aBadQuestionIsToldWhatIsWrong(String method, String target, int status, String expected) throws Exception {
        HttpResponse<String> answer = method.equals("GET") ? Http.get(server, target) : Http.put(server, target, "");
        assertThat(answer.body()).contains(expected);
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @Test
    void anOversizedBodyIsRefused() throws Exception {
        HttpResponse<String> answer = Http.put(server, REGISTER, "{\"Name\": \"" + "x".repeat(1 << 20) + "\"}");
        assertThat(answer.statusCode()).isEqualTo(413);
        HttpResponse<String> meta =
                Http.put(server, REGISTER, "{\"Name\": \"a\", \"Meta\": {\"k\": \"" + "x".repeat(513) + "\"}}");
        assertThat(meta.statusCode()).isEqualTo(400);
        assertThat(meta.body()).contains("Meta.k of service a must have at most 512 characters");
    }

    @Test
    void aServiceIsFoundWithAllItsFields() throws Exception {
        register("""
                {"name": "web", "ID": "web-1", "Address": "10.0.0.1", "Port": 80, "Tags": ["b", "a"],
                 "Meta": {"version": "\u00fc"}, "Weights": {"Passing": 7, "Warning": 2}, "EnableTagOverride": false,
                 "Checks": [{"TTL": "1m", "Status": "passing", "Name": "lease"},
                            {"CheckID": "own", "TTL": 60000000000, "Status": "warning", "Notes": "n",
                             "DeregisterCriticalServiceAfter": "1s"}]}
                """);
        JsonNode service = json("/v1/agent/service/web-1");
        assertThat(service.path("Service").asString()).isEqualTo("web");
        assertThat(service.path("Weights").toString()).isEqualTo("{\"Passing\":7,\"Warning\":2}");
        JsonNode found = json("/v1/health/service/web").path(0);
        assertThat(found.path("Service").path("Address").asString()).isEqualTo("10.0.0.1");
        assertThat(found.path("Service").path("Tags").toString()).isEqualTo("[\"b\",\"a\"]");
        assertThat(found.path("Service").path("Meta").path("version").asString())
                .isEqualTo("\u00fc");
        assertThat(found.path("Checks")).hasSize(2);
        JsonNode own = json("/v1/agent/checks").path("own");
        assertThat(own.path("Status").asString()).isEqualTo("warning");
        assertThat(own.path("ServiceName").asString()).isEqualTo("web");
        assertThat(own.path("Type").asString()).isEqualTo("ttl");
        // Consul's least time.
        assertThat(own.path("Definition").path("DeregisterCriticalServiceAfter").asString())
                .isEqualTo("1m0s");
        assertThat(json("/v1/agent/checks").path("service:web-1:1").path("Name").asString())
                .isEqualTo("lease");
        assertThat(json("/v1/health/service/web?passing")).isEmpty(); // a warning does not pass
        assertThat(json("/v1/health/service/web?tag=a&tag=b")).hasSize(1);
        assertThat(json("/v1/health/service/web?tag=c")).isEmpty();
        assertThat(Http.get(server, "/v1/agent/service/web-1?pretty").body()).contains("\n");
    }

    @Test
    void theSameIdTakesThePlaceOfAnotherName() throws Exception {
        register("{\"Name\": \"one\", \"ID\": \"x\", \"Check\": {\"TTL\": \"1m\"}}");
        register("{\"Name\": \"two\", \"ID\": \"x\"}");
        assertThat(json("/v1/catalog/services").toString()).isEqualTo("{\"two\":[]}");
        assertThat(json("/v1/agent/checks")).isEmpty();
    }

    @Test
    void checksOfBeforeStayUnlessTheyAreReplaced() throws Exception {
        register("{\"Name\": \"a\", \"Check\": {\"CheckID\": \"one\", \"TTL\": \"1m\", \"Status\": \"passing\"}}");
        register("{\"Name\": \"a\", \"Check\": {\"CheckID\": \"two\", \"TTL\": \"1m\"}}");
        assertThat(json("/v1/health/checks/a")).hasSize(2);
        // The same check goes on as it stood.
        register("{\"Name\": \"a\", \"Check\": {\"CheckID\": \"two\", \"TTL\": \"1m\"}}");
        Http.put(server, "/v1/agent/check/pass/two?note=fine", "");
        register("{\"Name\": \"a\", \"Check\": {\"CheckID\": \"two\", \"TTL\": \"1m\"}}");
        assertThat(json("/v1/health/service/a?passing=true")).hasSize(1);
        Http.put(
                server,
                REGISTER + "?replace-existing-checks=true",
                "{\"Name\": \"a\", \"Check\": {\"CheckID\": \"three\", \"TTL\": \"1m\"}}");
        assertThat(json("/v1/health/checks/a")).hasSize(1);
    }

    @Test
    void aQuestionWaitsUntilSomethingOfItsServiceChanges() throws Exception {
        register("{\"Name\": \"a\", \"Check\": {\"TTL\": \"1h\", \"Status\": \"passing\"}}");
        HttpResponse<String> before = Http.get(server, "/v1/health/service/a?passing");
        String index = before.headers().firstValue("x-consul-index").orElseThrow();
        assertThat(before.headers().firstValue("x-consul-knownleader")).contains("true");
        assertThat(before.headers().firstValue("x-consul-lastcontact")).contains("0");
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return Http.get(server, "/v1/health/service/a?passing&wait=5m&index=" + index);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        while (server.registry().waiting() == 0) {
            Thread.sleep(5);
        }
        register("{\"Name\": \"b\"}");
        assertThat(server.registry().waiting()).isEqualTo(1);
        Http.put(server, "/v1/agent/check/fail/service:a", "");
        assertThat(waiting.get().body()).isEqualTo("[]");
        assertThat(Long.parseLong(
                        waiting.get().headers().firstValue("x-consul-index").orElseThrow()))
                .isGreaterThan(Long.parseLong(index));
        // What waits for long enough is answered with what there is; what comes from another registry at once.
        assertThat(Http.get(
                                server,
                                "/v1/catalog/services?wait=10ms&index="
                                        + Http.get(server, "/v1/catalog/services")
                                                .headers()
                                                .firstValue("x-consul-index")
                                                .orElseThrow())
                        .statusCode())
                .isEqualTo(200);
        assertThat(Http.get(server, "/v1/health/service/a?wait=10m&index=18446744073709551615")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aServerThatEndsAnswersWhatWaits() throws Exception {
        RegistryServer other = RegistryServer.builder().start();
        String index = Http.get(other, "/v1/catalog/services")
                .headers()
                .firstValue("x-consul-index")
                .orElseThrow();
        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return Http.get(other, "/v1/catalog/services?wait=5m&index=" + index);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        while (other.registry().waiting() == 0) {
            Thread.sleep(5);
        }
        other.close();
        assertThat(waiting.get().statusCode()).isEqualTo(200);
    }

    @Test
    void webPagesFromElsewhereAreRefused() throws Exception {
        assertThat(Http.put(server, REGISTER, "{\"Name\": \"a\"}", "Origin", "http://evil.example")
                        .statusCode())
                .isEqualTo(403);
        assertThat(Http.get(server, "/v1/agent/services", "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(403);
        assertThat(Http.get(server, "/v1/agent/services", "Origin", "http://127.0.0.1:" + server.port())
                        .statusCode())
                .isEqualTo(200);
        assertThat(Http.raw(server, "evil.example")).startsWith("HTTP/1.1 403");
        assertThat(Http.raw(server, "localhost:8500")).startsWith("HTTP/1.1 200");
        assertThat(Http.raw(server, "[::1]:8500")).startsWith("HTTP/1.1 200");
        assertThat(server.registry().instances()).isEmpty();
    }

    @Test
    void aPortThatIsTakenIsNamed() {
        assertThatThrownBy(() -> RegistryServer.builder().port(server.port()).start())
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("127.0.0.1:" + server.port());
    }
}
