package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.http.HttpRequest;
import dev.parley.rpc.library.Book;
import dev.parley.rpc.library.CreateBookRequest;
import dev.parley.rpc.library.GetBookRequest;
import dev.parley.rpc.library.LibraryService;
import dev.parley.rpc.library.SearchBooksRequest;
import dev.parley.rpc.transcoding.TranscodingService;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestTest {

    static class Library implements LibraryService {
        @Override
        public Book getBook(GetBookRequest request) {
            if (request.getName().endsWith("/none")) {
                throw new CallException(Code.NOT_FOUND, "no book " + request.getName());
            }
            if (request.getName().endsWith("/busy")) {
                throw new CallException(Code.UNAVAILABLE, "busy")
                        .withRetryAdvice(RetryAdvice.after(Duration.ofMillis(1500)));
            }
            Call.current().responseHeaders().add("etag", "e1");
            return Book.newBuilder().setName(request.getName()).build();
        }

        @Override
        public Book createBook(CreateBookRequest request) {
            Rest.status(201);
            return request.getBook().toBuilder()
                    .setName(request.getParent() + "/books/" + request.getRequestId())
                    .build();
        }

        @Override
        public Book updateBook(Book request) {
            return request;
        }

        @Override
        public Empty deleteBook(GetBookRequest request) {
            Rest.status(204);
            return Empty.getDefaultInstance();
        }

        @Override
        public Book publishBook(GetBookRequest request) {
            return Book.newBuilder().setTitle("published " + request.getName()).build();
        }

        @Override
        public SearchBooksRequest searchBooks(SearchBooksRequest request) {
            return request;
        }

        @Override
        public Book getFile(GetBookRequest request) {
            return Book.newBuilder().setTitle(request.getName()).build();
        }
    }

    private final Requests requests = new Requests(RpcHandler.builder()
            .service(LibraryService.DEFINITION, new Library())
            .maxMessageBytes(10_000)
            .build());

    @Test
    void aVariableOfSeveralSegments() throws Exception {
        Requests.Answer answer = requests.get("/v1/shelves/a%20b/books/c%2Fd");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.header("etag")).isEqualTo("e1");
        assertThat(answer.text())
                .isEqualTo("{\"name\":\"shelves/a b/books/c%2Fd\",\"title\":\"\",\"pages\":\"0\",\"authors\":[]}");
    }

    @Test
    void aFieldAsBodyAndTheRestInTheQuery() throws Exception {
        Requests.Answer answer =
                requests.json("POST", "/v1/shelves/1/books?request_id=r7", "{\"title\":\"T\",\"pages\":12}");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text()).contains("\"name\":\"shelves/1/books/r7\"").contains("\"pages\":\"12\"");
    }

    @Test
    void aBodyCannotNameAnotherField() throws Exception {
        Requests.Answer answer =
                requests.json("POST", "/v1/shelves/1/books", "{\"title\":\"T\"},\"requestId\":\"stolen\"");
        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void thePathGoesBeforeTheBody() throws Exception {
        Requests.Answer answer =
                requests.json("PATCH", "/v1/shelves/1/books/2", "{\"name\":\"other\",\"title\":\"T\"}");
        assertThat(answer.text()).contains("\"name\":\"shelves/1/books/2\"");
    }

    @Test
    void noContent() throws Exception {
        Requests.Answer answer = requests.send("DELETE", "/v1/shelves/1/books/2", new Metadata(), new byte[0]);
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().contains("content-type")).isFalse();
    }

    @Test
    void aVerb() throws Exception {
        Requests.Answer answer = requests.send("POST", "/v1/shelves/1/books/2:publish", new Metadata(), new byte[0]);
        assertThat(answer.text()).contains("published shelves/1/books/2");
    }

    @Test
    void allSegmentsAndOneFieldAsAnswer() throws Exception {
        assertThat(requests.get("/v1/files/a/b%2Fc/d.txt").text()).isEqualTo("\"a/b%2Fc/d.txt\"");
    }

    @Test
    void queryParametersOfEveryKind() throws Exception {
        Requests.Answer answer = requests.get("/v1/books?filter.author_name=J%C3%B6rg+K&filter.minPages=9000000000"
                + "&tags=a&tags=b&genre=POETRY&in_stock=true&since=2026-01-02T03:04:05Z&limit=7&token=-_8");
        assertThat(answer.text())
                .isEqualTo("{\"filter\":{\"authorName\":\"J\u00f6rg K\",\"minPages\":\"9000000000\"},"
                        + "\"tags\":[\"a\",\"b\"],\"genre\":\"POETRY\",\"inStock\":true,"
                        + "\"since\":\"2026-01-02T03:04:05Z\",\"limit\":7,\"token\":\"+/8=\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "colour=red | unknown query parameter colour",
                "filter=x | filter is no single value",
                "filter.min_pages=many | filter.min_pages must be an int64, but is \"many\"",
                "genre=SONG | genre must be a Genre by name or number, but is \"SONG\"",
                "in_stock=yes | in_stock must be true or false",
                "since=now | since must be a time such as 2026-01-02T03:04:05Z",
                "genre=POETRY&genre=NOVEL | genre is given twice",
                "tags=%zz | percent-encoding",
            })
    void aWrongQueryIsNamed(String query, String detail) throws Exception {
        Requests.Answer answer = requests.get("/v1/books?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text().replace("\\\"", "\"")).contains(detail).contains("INVALID_ARGUMENT");
    }

    @Test
    void anErrorIsAProblem() throws Exception {
        Requests.Answer answer = requests.get("/v1/shelves/1/books/none");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.text())
                .isEqualTo("{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404,"
                        + "\"detail\":\"no book shelves/1/books/none\",\"code\":\"NOT_FOUND\"}");
    }

    @Test
    void adviceBecomesRetryAfter() throws Exception {
        Requests.Answer answer = requests.get("/v1/shelves/1/books/busy");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isEqualTo("2");
    }

    @Test
    void missingFieldsAreNamedByTheirPath() throws Exception {
        Requests.Answer answer =
                requests.json("PUT", "/v1/shelves/1/books/2", "{\"authors\":[{\"familyName\":\"A\"},{}]}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .contains("title is required; authors[1].family_name is required")
                .contains("type.googleapis.com/google.rpc.BadRequest");
    }

    @Test
    void anUnknownFieldIsNamed() throws Exception {
        Requests.Answer answer = requests.json("PUT", "/v1/shelves/1/books/2", "{\"titel\":\"T\"}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text()).contains("titel");
    }

    @Test
    void noSuchPathAndNoSuchMethod() throws Exception {
        assertThat(requests.get("/v2/books").status()).isEqualTo(404);
        assertThat(requests.get("/v1/shelves/1/books/").status()).isEqualTo(404);
        Requests.Answer answer = requests.json("POST", "/v1/books", "{}");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("allow")).isEqualTo("GET, HEAD, OPTIONS");
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    }

    @Test
    void anotherContentTypeIsRefused() throws Exception {
        Requests.Answer answer = requests.send(
                "PUT", "/v1/shelves/1/books/2", Metadata.of("content-type", "text/xml"), new byte[] {'<'});
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.header("accept")).isEqualTo("application/json");
    }

    @Test
    void aBodyOverTheLimitIsRefused() throws Exception {
        Requests.Answer answer =
                requests.json("PUT", "/v1/shelves/1/books/2", "{\"title\":\"" + "x".repeat(10_000) + "\"}");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.text()).contains("10012").contains("10000");
    }

    @Test
    void streamsHaveNoDefaultDeadline() {
        RpcHandler handler = RpcHandler.builder()
                .service(TranscodingService.DEFINITION, new Transcoding())
                .defaultTimeout(Duration.ofSeconds(7))
                .build();
        assertThat(handler.timeout(HttpRequest.of("GET", "a", "/v1/watch/3?id=x")))
                .isEmpty();
        assertThat(handler.timeout(HttpRequest.of("POST", "a", "/v1/collect"))).isEmpty();
        assertThat(handler.timeout(HttpRequest.of("GET", "a", "/v1/things/7"))).contains(Duration.ofSeconds(7));
        assertThat(handler.timeout(HttpRequest.of("GET", "a", "/v1/things/%zz")))
                .contains(Duration.ofSeconds(7));
        HttpRequest asked = HttpRequest.of("GET", "a", "/v1/watch/3");
        asked.headers().add("x-request-timeout-ms", "300");
        assertThat(handler.timeout(asked)).contains(Duration.ofMillis(300));
    }
}
