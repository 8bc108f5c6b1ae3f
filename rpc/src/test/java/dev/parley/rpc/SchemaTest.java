package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Message;
import dev.parley.CallException;
import dev.parley.Method;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.library.LibraryService;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {

    private static final FileDescriptor ECHO =
            EchoService.DEFINITION.descriptor().getFile();
    private static final FileDescriptor LIBRARY =
            LibraryService.DEFINITION.descriptor().getFile();

    private static byte[] set(FileDescriptorProto... files) {
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
        for (FileDescriptorProto file : files) {
            set.addFile(file);
        }
        return set.build().toByteArray();
    }

    private static FileDescriptorProto file(String name, String... imports) {
        FileDescriptorProto.Builder file =
                FileDescriptorProto.newBuilder().setName(name).setSyntax("proto3");
        for (String imported : imports) {
            file.addDependency(imported);
        }
        return file.build();
    }

    private final Schema schema = Schema.parse(set(LIBRARY.toProto(), ECHO.toProto()));

    @Test
    void knowsTheServicesOfADescriptorSet() {
        assertThat(schema.services()).containsExactly("parley.test.v1.EchoService", "parley.test.v1.LibraryService");
        assertThat(schema.methods()).contains("parley.test.v1.EchoService/Chat").hasSize(11);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "parley.test.v1.EchoService/Chat",
                "parley.test.v1.EchoService.Chat",
                "/parley.test.v1.EchoService/Chat"
            })
    void findsAMethodHoweverItIsWritten(String name) {
        RpcMethod<?, ?> method = schema.method(name);
        assertThat(method.method().kind()).isEqualTo(Method.Kind.BIDI_STREAMING);
        assertThat(schema.method("parley.test.v1.EchoService/Chat")).isSameAs(method);
    }

    @ParameterizedTest
    @CsvSource({
        "parley.test.v1.EchoService/Ecko, did you mean parley.test.v1.EchoService/Echo?",
        "parley.test.v1.echoservice/echo, did you mean parley.test.v1.EchoService/Echo?",
        "Echo, did you mean parley.test.v1.EchoService/Echo?",
        "parley.test.v1.EchoService/Frobnicate, 'EchoService has Echo, Repeat, Join, Chat'",
        "parley.test.v1.EchoService, 'a service, whose methods are Echo, Repeat, Join, Chat'",
    })
    void saysWhatAMisspeltNameMayHaveMeant(String name, String hint) {
        assertThatThrownBy(() -> schema.method(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no method " + name)
                .hasMessageContaining(hint);
    }

    @Test
    void aNameUnlikeAnyGetsNoSuggestion() {
        assertThatThrownBy(() -> schema.method("z.Z/Z")).hasMessage("no method z.Z/Z");
    }

    @Test
    void findsTypesAndImportedOnes() {
        assertThat(schema.symbol("parley.test.v1.SearchBooksRequest.Filter").getName())
                .isEqualTo("Filter");
        assertThat(schema.symbol("parley.test.v1.Genre").getFullName()).isEqualTo("parley.test.v1.Genre");
        assertThat(schema.symbol("google.protobuf.Timestamp").getName()).isEqualTo("Timestamp");
        assertThat(schema.symbol("google.api.http").getName()).isEqualTo("http");
        assertThat(schema.symbol("parley.test.v1.EchoService.Chat").getName()).isEqualTo("Chat");
        assertThatThrownBy(() -> schema.symbol("parley.test.v1.Bok"))
                .hasMessageContaining("did you mean parley.test.v1.Book");
    }

    @Test
    void aMissingImportIsNamedWithItsImporterAndTheWayOut() {
        assertThatThrownBy(() -> Schema.parse(set(file("a.proto", "b.proto"), file("b.proto", "gone.proto"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("\"b.proto\" imports \"gone.proto\"", "--include_imports");
    }

    @Test
    void filesThatImportEachOtherAreRefused() {
        assertThatThrownBy(() -> Schema.parse(set(file("a.proto", "b.proto"), file("b.proto", "a.proto"))))
                .hasMessageContaining("\"a.proto\" imports itself: a.proto, b.proto");
    }

    @Test
    void aFileThatIsThereTwiceMustBeTheSame() {
        assertThat(Schema.parse(set(ECHO.toProto(), ECHO.toProto())).services()).hasSize(1);
        assertThatThrownBy(() -> Schema.parse(set(
                        ECHO.toProto(),
                        ECHO.toProto().toBuilder().clearService().build())))
                .hasMessageContaining("\"parley/test/v1/echo.proto\" is there twice");
    }

    @Test
    void aWrongFileIsNamedWithWhatIsWrong() {
        FileDescriptorProto wrong =
                ECHO.toProto().toBuilder().clearMessageType().build();
        assertThatThrownBy(() -> Schema.parse(set(wrong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("\"parley/test/v1/echo.proto\" is not valid", "EchoRequest");
    }

    @Test
    void whatIsNoDescriptorSetIsRefused(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> Schema.parse(new byte[0])).hasMessageContaining("no descriptor set");
        assertThatThrownBy(() -> Schema.parse("syntax = \"proto3\";".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
        Path file = Files.write(folder.resolve("x.binpb"), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> Schema.read(file)).hasMessageStartingWith(file.toString());
    }

    @Test
    void jsonIsStrictOnTheWayInAndNamesTheField() {
        MessageJson json = MessageJson.of(schema);
        Message prototype =
                schema.method("parley.test.v1.LibraryService/SearchBooks").requestPrototype();
        Message parsed =
                json.parse(prototype, "{\"filter\": {\"minPages\": \"3\"}, \"since\": \"2026-01-01T00:00:00Z\"}");
        assertThat(json.print(parsed))
                .isEqualTo("{\"filter\":{\"minPages\":\"3\"},\"since\":\"2026-01-01T00:00:00Z\"}");
        assertThat(json.withDefaults().print(parsed)).contains("\"tags\":[]", "\"inStock\":false");
        assertThatThrownBy(() -> json.parse(prototype, "{\"filter\": {\"nope\": 1}}"))
                .isInstanceOf(CallException.class)
                .hasMessageContainingAll("filter.nope", "parley.test.v1.SearchBooksRequest");
        assertThatThrownBy(() -> json.parse(prototype, "{\"tags\": [}")).isInstanceOf(CallException.class);
    }
}
