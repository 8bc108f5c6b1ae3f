package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.Pipe;
import dev.parley.rpc.echo.EchoRequest;
import dev.parley.rpc.echo.EchoResponse;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.library.Book;
import dev.parley.rpc.library.CreateBookRequest;
import dev.parley.rpc.library.LibraryService;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls and services without generated code, against generated ones on the other side, over sockets. */
@Timeout(30)
class DynamicCallTest {

    private static final String ECHO = "parley.test.v1.EchoService/";

    // Through bytes, so that nothing of the generated classes is left in it.
    private final Schema schema = Schema.parse(FileDescriptorSet.newBuilder()
            .addFile(EchoService.DEFINITION.descriptor().getFile().toProto())
            .addFile(LibraryService.DEFINITION.descriptor().getFile().toProto())
            .build()
            .toByteArray());
    private final MessageJson json = MessageJson.of(schema);
    private final RpcServer server = RpcServer.builder()
            .service(EchoService.DEFINITION, new EchoImplementation())
            .start();

    @AfterEach
    void stop() {
        server.close();
    }

    private Channel channel(int port, RpcProtocol protocol, Codec codec) {
        return Channel.builder("http://127.0.0.1:" + port)
                .protocol(protocol)
                .codec(codec)
                .build();
    }

    private List<String> call(Channel channel, String method, String... requests) {
        RpcMethod<?, ?> found = schema.method(method);
        Messages<Message> messages =
                Messages.from(List.of(requests)).map(text -> json.parse(found.requestPrototype(), text));
        return new DynamicClient(channel)
                .call(found, CallOptions.defaults(), messages)
                .map(json::print)
                .toList(100);
    }

    @ParameterizedTest
    @CsvSource({"GRPC, PROTO", "GRPC, JSON", "CONNECT, PROTO", "CONNECT, JSON"})
    void callsEachKind(RpcProtocol protocol, Codec codec) {
        try (Channel channel = channel(server.port(), protocol, codec)) {
            assertThat(call(channel, ECHO + "Echo", "{\"text\": \"a\"}")).containsExactly("{\"text\":\"a\"}");
            assertThat(call(channel, ECHO + "Repeat", "{\"text\": \"a\", \"count\": 2}"))
                    .containsExactly("{\"text\":\"a\"}", "{\"text\":\"a\",\"index\":1}");
            assertThat(call(channel, ECHO + "Join", "{\"text\": \"a\"}", "{\"text\": \"b\"}"))
                    .containsExactly("{\"text\":\"ab\",\"index\":2}");
            assertThat(call(channel, ECHO + "Chat", "{\"text\": \"a\"}", "{\"text\": \"b\"}"))
                    .containsExactly("{\"text\":\"a\"}", "{\"text\":\"b\"}");
        }
    }

    @Test
    void aBidirectionalStreamIsAnsweredTurnByTurn() {
        try (Channel channel = channel(server.port(), RpcProtocol.GRPC, Codec.PROTO)) {
            RpcMethod<?, ?> chat = schema.method(ECHO + "Chat");
            Pipe<Message> requests = Messages.pipe(1);
            try (Messages<Message> answers =
                    new DynamicClient(channel).call(chat, CallOptions.defaults(), requests.messages())) {
                for (int i = 0; i < 10; i++) {
                    requests.send(json.parse(chat.requestPrototype(), "{\"text\": \"t" + i + "\"}"));
                    assertThat(answers.receive()).extracting(json::print).isEqualTo("{\"text\":\"t" + i + "\"}");
                }
                requests.complete();
                assertThat(answers.receive()).isNull();
            }
        }
    }

    @Test
    void errorsComeAsTheyAre() {
        try (Channel channel = channel(server.port(), RpcProtocol.GRPC, Codec.PROTO)) {
            CallException error =
                    catchThrowableOfType(CallException.class, () -> call(channel, ECHO + "Echo", "{\"failWith\": 5}"));
            assertThat(error.code()).isEqualTo(Code.NOT_FOUND);
            assertThat(json.print(error.details().getFirst()))
                    .isEqualTo("{\"@type\":\"type.googleapis.com/parley.test.v1.EchoRequest\",\"text\":\"detail\"}");
        }
    }

    @Test
    void aDetailOfUnknownTypeIsShownAsItsBytes() {
        assertThat(json.print(new dev.parley.ErrorDetail("a.Unknown", new byte[] {1, 2})))
                .isEqualTo("{\"@type\":\"type.googleapis.com/a.Unknown\",\"value\":\"AQI=\"}");
    }

    @Test
    void oneRequestIsMeantWhereTheClientDoesNotStream() {
        try (Channel channel = channel(server.port(), RpcProtocol.GRPC, Codec.PROTO)) {
            assertThatThrownBy(() -> call(channel, ECHO + "Echo")).hasMessageContaining("but got none");
            assertThatThrownBy(() -> call(channel, ECHO + "Repeat", "{}", "{}"))
                    .hasMessageContaining("Repeat takes one request message, but got more");
            assertThatThrownBy(() -> new DynamicClient(channel)
                            .call(
                                    schema.method(ECHO + "Echo"),
                                    CallOptions.defaults(),
                                    Messages.of(Book.getDefaultInstance())))
                    .hasMessage(
                            "parley.test.v1.EchoService/Echo takes parley.test.v1.EchoRequest, not parley.test.v1.Book");
        }
    }

    @Test
    void aDynamicServicePassesEveryKindOnAndIsCalledByGeneratedCode() {
        try (Channel behind = channel(server.port(), RpcProtocol.GRPC, Codec.PROTO);
                RpcServer front = RpcServer.builder()
                        .service(
                                ServiceDefinition.dynamic(schema.service("parley.test.v1.EchoService")
                                        .orElseThrow()),
                                (method, requests) ->
                                        new DynamicClient(behind).call(method, CallOptions.defaults(), requests))
                        .start();
                Channel channel = channel(front.port(), RpcProtocol.GRPC, Codec.PROTO)) {
            EchoService.Client client = EchoService.client(channel);
            EchoRequest a = EchoRequest.newBuilder().setText("a").setCount(3).build();
            assertThat(client.echo(a).getText()).isEqualTo("a");
            assertThat(client.repeat(a).toList(10)).hasSize(3);
            assertThat(client.join(Messages.of(a, a)).getText()).isEqualTo("aa");
            assertThat(client.chat(Messages.of(a, a)).map(EchoResponse::getText).toList(10))
                    .containsExactly("a", "a");
            CallException error = catchThrowableOfType(
                    CallException.class,
                    () -> client.echo(a.toBuilder().setFailWith(9).build()));
            assertThat(error.code()).isEqualTo(Code.FAILED_PRECONDITION);
            assertThat(error.details()).hasSize(1);
        }
    }

    @Test
    void aDynamicServiceHasItsContractsRestAndRequiredFields() {
        try (RpcServer library = RpcServer.builder()
                        .service(
                                ServiceDefinition.dynamic(schema.service("parley.test.v1.LibraryService")
                                        .orElseThrow()),
                                (method, requests) -> requests.map(request -> (Message) request.getField(
                                        method.descriptor().getInputType().findFieldByName("book"))))
                        .start();
                Channel rest = channel(library.port(), RpcProtocol.REST, Codec.PROTO)) {
            LibraryService.Client client = LibraryService.client(rest);
            Book book = Book.newBuilder().setTitle("Emma").build();
            CreateBookRequest create = CreateBookRequest.newBuilder()
                    .setParent("shelves/1")
                    .setBook(book)
                    .build();
            assertThat(client.createBook(create)).isEqualTo(book);
            assertThatThrownBy(() -> client.createBook(create.toBuilder()
                            .setBook(Book.getDefaultInstance())
                            .build()))
                    .hasMessageContaining("book.title is required");
        }
    }

    @Test
    void aDynamicServiceThatReturnsNothingIsAtFault() {
        RpcHandler handler = RpcHandler.builder()
                .service(
                        ServiceDefinition.dynamic(
                                schema.service("parley.test.v1.EchoService").orElseThrow()),
                        (method, requests) -> Messages.of())
                .build();
        CallException error =
                catchThrowableOfType(CallException.class, () -> call(Channel.inProcess(handler), ECHO + "Echo", "{}"));
        assertThat(error.code()).isEqualTo(Code.INTERNAL);
    }
}
