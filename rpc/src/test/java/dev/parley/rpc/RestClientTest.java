package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Empty;
import com.google.protobuf.Int32Value;
import com.google.protobuf.Timestamp;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import dev.parley.RetryAdvice;
import dev.parley.http.Body;
import dev.parley.http.HttpClient;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.library.Author;
import dev.parley.rpc.library.Book;
import dev.parley.rpc.library.CreateBookRequest;
import dev.parley.rpc.library.Genre;
import dev.parley.rpc.library.GetBookRequest;
import dev.parley.rpc.library.LibraryService;
import dev.parley.rpc.library.SearchBooksRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A typed client over {@code RpcProtocol.REST}. */
@Timeout(30)
class RestClientTest {

    private final RpcServer server = RpcServer.builder()
            .service(LibraryService.DEFINITION, new RestTest.Library())
            .service(EchoService.DEFINITION, new EchoImplementation())
            .start();
    private final Channel channel = Channel.builder("http://127.0.0.1:" + server.port())
            .protocol(RpcProtocol.REST)
            .build();
    private final LibraryService.Client library = LibraryService.client(channel);

    @AfterEach
    void stop() {
        channel.close();
        server.close();
    }

    private static GetBookRequest named(String name) {
        return GetBookRequest.newBuilder().setName(name).build();
    }

    @Test
    void fillsThePath() {
        assertThat(library.getBook(named("shelves/a b/books/50%ü")).getName()).isEqualTo("shelves/a b/books/50%ü");
    }

    @Test
    void takesAFieldAsTheBodyAndTheRestAsTheQuery() {
        Book created = library.createBook(CreateBookRequest.newBuilder()
                .setParent("shelves/1")
                .setRequestId("r&1")
                .setBook(Book.newBuilder()
                        .setTitle("Emma")
                        .addAuthors(Author.newBuilder().setFamilyName("Austen")))
                .build());
        assertThat(created.getName()).isEqualTo("shelves/1/books/r&1");
        assertThat(created.getAuthors(0).getFamilyName()).isEqualTo("Austen");
    }

    @Test
    void largeMessagesAreCompressedBothWaysAndTheClientSaysItsName() {
        List<Metadata> requests = new ArrayList<>();
        List<Metadata> responses = new ArrayList<>();
        try (HttpClient http = HttpClient.create();
                Channel watched = Channel.builder("http://127.0.0.1:" + server.port())
                        .protocol(RpcProtocol.REST)
                        .compression(Compression.GZIP)
                        .transport((call, request) -> {
                            requests.add(request.headers());
                            HttpResponse response = http.handle(call, request);
                            responses.add(response.headers());
                            return response;
                        })
                        .build()) {
            LibraryService.Client client = LibraryService.client(watched);
            String title = "all work and no play ".repeat(200);
            Book book = Book.newBuilder()
                    .setName("shelves/1/books/2")
                    .setTitle(title)
                    .build();
            assertThat(client.updateBook(book)).isEqualTo(book);
            client.updateBook(book.toBuilder().setTitle("small").build());
        }
        assertThat(requests.getFirst().get("content-encoding")).contains("gzip");
        assertThat(requests.getFirst().get("user-agent"))
                .hasValueSatisfying(name -> assertThat(name).startsWith("rest-java-parley/"));
        assertThat(responses.getFirst().get("content-encoding")).isPresent();
        assertThat(responses.getFirst().get("vary")).contains("accept-encoding");
        assertThat(requests.getLast().contains("content-encoding")).isFalse();
        assertThat(responses.getLast().contains("content-encoding")).isFalse();
    }

    @Test
    void takesTheWholeMessageAsTheBody() {
        Book book = Book.newBuilder()
                .setName("shelves/1/books/2")
                .setTitle("Emma")
                .setPages(Long.MAX_VALUE)
                .build();
        assertThat(library.updateBook(book)).isEqualTo(book);
    }

    @Test
    void writesEveryKindOfFieldIntoTheQuery() {
        SearchBooksRequest request = SearchBooksRequest.newBuilder()
                .setFilter(SearchBooksRequest.Filter.newBuilder()
                        .setAuthorName("Böll & Co=?#")
                        .setMinPages(-3))
                .addTags("a")
                .addTags("b c+d")
                .setGenre(Genre.POETRY)
                .setInStock(true)
                .setSince(Timestamp.newBuilder().setSeconds(1).setNanos(5_000_000))
                .setLimit(Int32Value.of(0))
                .setToken(com.google.protobuf.ByteString.copyFrom(new byte[] {(byte) 0xfb, (byte) 0xff, 0}))
                .build();
        assertThat(library.searchBooks(request)).isEqualTo(request);
    }

    @Test
    void readsAFieldOfTheResponseAndNoBodyAtAll() {
        assertThat(library.deleteBook(named("shelves/1/books/2"))).isEqualTo(Empty.getDefaultInstance());
        assertThat(library.getFile(named("a/b/c")).getTitle()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "shelves/1",
                "shelves/1/books/",
                "shelves/../books/1",
                "books/1/shelves/2",
                "shelves/1/books/2/3"
            })
    void aValueThatThePathHasNoPlaceForIsRefusedBeforeItIsSent(String name) {
        CallException error = catchThrowableOfType(CallException.class, () -> library.getBook(named(name)));
        assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(error.origin()).isEqualTo(CallException.Origin.LOCAL);
        assertThat(error.message()).contains("name stands in the path", "shelves/*/books/*", '"' + name + '"');
    }

    @Test
    void errorsAreReadFromProblemDetails() {
        CallException error =
                catchThrowableOfType(CallException.class, () -> library.getBook(named("shelves/1/books/none")));
        assertThat(error.code()).isEqualTo(Code.NOT_FOUND);
        assertThat(error.message()).isEqualTo("no book shelves/1/books/none");
        assertThat(error.origin()).isEqualTo(CallException.Origin.REMOTE);
        CallException busy =
                catchThrowableOfType(CallException.class, () -> library.getBook(named("shelves/1/books/busy")));
        assertThat(busy.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(busy.retryAdvice()).isEqualTo(RetryAdvice.after(Duration.ofSeconds(2)));
        CallException invalid = catchThrowableOfType(
                CallException.class,
                () -> library.updateBook(
                        Book.newBuilder().setName("shelves/1/books/2").build()));
        assertThat(ErrorDetails.find(invalid, com.google.rpc.BadRequest.getDefaultInstance())
                        .orElseThrow()
                        .getFieldViolations(0)
                        .getField())
                .isEqualTo("title");
    }

    @Test
    void whatRestDoesNotCarryIsSaid() {
        EchoService.Client echo = EchoService.client(channel);
        assertThatThrownBy(() -> echo.echo(EchoRequest.getDefaultInstance()))
                .hasMessageContaining("EchoService/Echo has no REST");
        assertThatThrownBy(() -> echo.repeat(EchoRequest.getDefaultInstance()))
                .hasMessageContaining("streams, which REST does not carry");
    }

    private static LibraryService.Client answeredWith(int status, String type, String body) {
        return LibraryService.client(Channel.builder("other")
                .protocol(RpcProtocol.REST)
                .transport((call, request) -> new HttpResponse(
                        status, Metadata.of("content-type", type), Body.of(body.getBytes(StandardCharsets.UTF_8))))
                .build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404 | application/json | {\"code\": 5, \"message\": \"gone\", \"details\": []} | NOT_FOUND | gone",
                "400 | application/json | {\"error\": {\"code\": 400, \"status\": \"FAILED_PRECONDITION\", \"message\": \"no\"}} | FAILED_PRECONDITION | no",
                "409 | text/html | <h1>x</h1> | ABORTED | HTTP status 409",
                "503 | application/json | [] | UNAVAILABLE | HTTP status 503",
                "400 | application/problem+json | {\"title\": \"t\"} | INVALID_ARGUMENT | t",
            })
    void errorsOfOtherServersAreReadAsWell(int status, String type, String body, Code code, String message) {
        CallException error = catchThrowableOfType(
                CallException.class, () -> answeredWith(status, type, body).getBook(named("shelves/1/books/2")));
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.message()).isEqualTo(message);
    }

    @Test
    void anAnswerThatIsNoJsonIsSaid() {
        assertThatThrownBy(() -> answeredWith(200, "text/html", "<p>").getBook(named("shelves/1/books/2")))
                .hasMessageContainingAll("not REST's JSON", "200", "text/html");
        assertThatThrownBy(() -> answeredWith(200, "application/json", "{\"pages\": \"x\"}")
                        .getBook(named("shelves/1/books/2")))
                .hasMessageContainingAll("the response is not a parley.test.v1.Book", "pages");
    }

    @Test
    void thePrefixOfTheTargetStandsInFront() {
        AtomicReference<HttpRequest> sent = new AtomicReference<>();
        LibraryService.client(Channel.builder("https://host/api/")
                        .protocol(RpcProtocol.REST)
                        .transport((call, request) -> {
                            sent.set(request);
                            return HttpResponse.of(204);
                        })
                        .build())
                .publishBook(named("shelves/1/books/2"));
        assertThat(sent.get().method()).isEqualTo("POST");
        assertThat(sent.get().target()).isEqualTo("/api/v1/shelves/1/books/2:publish");
        assertThat(sent.get().headers().contains("content-type")).isFalse();
    }
}
