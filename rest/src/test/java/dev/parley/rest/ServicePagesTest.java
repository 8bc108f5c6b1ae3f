package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Metadata;
import dev.parley.http.Body;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;

/** Lists in pages, by link and by cursor. */
class ServicePagesTest {

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private volatile Function<String, HttpResponse> answer = target -> HttpResponse.of(404);
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);

    private final HttpServer server = HttpServer.builder()
            .handler((call, request) -> {
                seen.add(request.target());
                if (request.target().contains("stuck")) {
                    call.onCancel(reason -> left.countDown());
                    asked.countDown();
                    left.await();
                }
                return answer.apply(request.target());
            })
            .start();
    private final ServiceClient client = ServiceClient.builder("list", "http://127.0.0.1:" + server.port() + "/api")
            .build();

    @AfterEach
    void close() {
        left.countDown();
        client.close();
        server.close();
    }

    private static HttpResponse page(String link, String body) {
        Metadata headers = Metadata.of("content-type", "application/json");
        if (!link.isEmpty()) {
            headers.add("link", link);
        }
        return new HttpResponse(200, headers, Body.of(body.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void linksAreFollowedOneAfterTheOther() {
        answer = target -> switch (target) {
            case "/api/n?limit=2" -> page("</api/n?limit=2&page=2>; rel=\"next\"", "[1,2]");
            case "/api/n?limit=2&page=2" ->
                page("<?page=3>; rel=prev, <?page=3>; title=\"a,b;\\\"\"; rel=\"last next\"", "[]");
            case "/api/n?page=3" -> page("<http://127.0.0.1:" + server.port() + "/api/m/4>; REL=Next", "[3,null]");
            case "/api/m/4" -> page("</api/n>; rel=\"prev\"", "[4]");
            default -> HttpResponse.of(404);
        };
        try (Messages<Integer> all = client.get("/n").query("limit", 2).pages(Integer.class, Paging.links())) {
            assertThat(seen).isEmpty();
            assertThat(all.receive()).isEqualTo(1);
            assertThat(all.receive()).isEqualTo(2);
            assertThat(seen).hasSize(1);
            assertThat(all.toList(9)).containsExactly(3, 4);
        }
        assertThat(seen).hasSize(4);
    }

    @Test
    void cursorsAreSentAlong() {
        answer = target -> switch (target) {
            case "/api/n?limit=2&after=0" -> page("", "{\"items\":[1,2],\"next\":\"a/b&\"}");
            case "/api/n?limit=2&after=a%2Fb%26" -> page("", "{\"items\":[3],\"next\":7}");
            case "/api/n?limit=2&after=7" -> page("", "{\"items\":[4],\"next\":null}");
            default -> HttpResponse.of(404);
        };
        List<Object> all = client.get("/n")
                .query("limit", 2)
                .query("after", 0)
                .envelope("items")
                .pages(new TypeReference<Object>() {}, Paging.cursor("next", "after"))
                .toList(9);
        assertThat(all).containsExactly(1, 2, 3, 4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example/api/n",
                "//evil.example/api/n",
                "https://127.0.0.1/api/n",
                "/admin",
                "/api",
                "/apix/n",
                "../admin",
                "/api/%2e%2E/admin",
                "/api/../admin",
                "http://[oops",
                "mailto:x@y"
            })
    void aLinkThatLeadsAwayIsNotFollowed(String target) {
        answer = asked -> page("<" + target + ">; rel=next", "[1]");
        Messages<Integer> all = client.get("/n").pages(Integer.class, Paging.links());
        assertThatThrownBy(() -> all.toList(9))
                .hasMessage("list GET /n answered 200, but its link to the next page is not below the base URL");
        assertThat(seen).hasSize(1);
    }

    @Test
    void pagesAreBounded() {
        answer = target -> page("</api/n>; rel=next", "[1]");
        Messages<Integer> all =
                client.get("/n").pages(Integer.class, Paging.links().withMaxPages(3));
        assertThatThrownBy(() -> all.toList(99))
                .isInstanceOfSatisfying(
                        CallException.class, error -> assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED))
                .hasMessage("list GET /n has more than the limit of 3 pages (maxPages)");
        assertThat(seen).hasSize(3);
    }

    @Test
    void aPageThatFailsFailsTheStream() {
        answer = target -> target.contains("2") ? HttpResponse.of(503) : page("</api/n/2>; rel=next", "[1]");
        Messages<Integer> all = client.get("/n").pages(Integer.class, Paging.links());
        assertThat(all.receive()).isEqualTo(1);
        assertThatThrownBy(all::receive).hasMessage("list GET /n answered 503");
    }

    @Test
    void leavingCancelsThePageThatIsUnderWay() throws Exception {
        answer = target -> page("</api/stuck>; rel=next", "[1]");
        Messages<Integer> all = client.get("/n").pages(Integer.class, Paging.links());
        assertThat(all.receive()).isEqualTo(1);
        Thread reader =
                Thread.ofVirtual().start(() -> assertThatThrownBy(all::receive).isInstanceOf(CallException.class));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        all.close();
        assertThat(reader.join(java.time.Duration.ofSeconds(10))).isTrue();
        assertThat(left.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "<a>; rel=next                        | a",
                "<a>; rel=\"next\"                    | a",
                "< a >;rel = \"prev NEXT\"            | a",
                "<a>; rel=prev, <b,c;d>; x; rel=next  | b,c;d",
                "<a>; title=\"<b>; rel=next, \"; rel=prev | ``",
                "<a>; rel=nextpage                    | ``",
                "<a>; rel=prev; rel=next              | ``",
                "<a>                                  | ``",
                "<a                                   | ``",
                "a; rel=next                          | ``",
                "<a>; title=\"open; rel=next          | ``",
            })
    void linkHeaders(String header, String target) {
        assertThat(LinkHeader.find(Metadata.of("link", header), "next").orElse(""))
                .isEqualTo(target);
    }

    @Test
    void wrongSettingsSaySo() {
        assertThatThrownBy(() -> Paging.links().withMaxPages(0)).hasMessageContaining("maxPages");
        assertThatThrownBy(() -> Paging.cursor("", "after")).hasMessageContaining("cursor");
        assertThatThrownBy(() -> Paging.cursor("next", "")).hasMessageContaining("go together");
    }
}
