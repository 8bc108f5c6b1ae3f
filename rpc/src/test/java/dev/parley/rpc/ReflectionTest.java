package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import dev.parley.Messages;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.library.LibraryService;
import dev.parley.rpc.reflection.ExtensionRequest;
import dev.parley.rpc.reflection.ServerReflectionProto;
import dev.parley.rpc.reflection.ServerReflectionRequest;
import dev.parley.rpc.reflection.ServerReflectionResponse;
import dev.parley.rpc.reflection.ServiceResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReflectionTest {

    private static final RpcMethod<Messages<ServerReflectionRequest>, Messages<ServerReflectionResponse>> INFO =
            RpcMethod.bidiStreaming(
                    ServerReflectionProto.getDescriptor()
                            .findServiceByName("ServerReflection")
                            .findMethodByName("ServerReflectionInfo"),
                    ServerReflectionRequest.getDefaultInstance(),
                    ServerReflectionResponse.getDefaultInstance());

    private final Channel channel = Channel.inProcess(RpcHandler.builder()
            .service(EchoService.DEFINITION, new EchoService() {})
            .service(LibraryService.DEFINITION, new LibraryService() {})
            .build());

    private ServerReflectionResponse ask(ServerReflectionRequest.Builder request) {
        return channel.call(INFO, CallOptions.defaults(), Messages.of(request.build()))
                .toList(1)
                .getFirst();
    }

    private static List<String> names(ServerReflectionResponse response) throws Exception {
        List<String> names = new ArrayList<>();
        for (ByteString file : response.getFileDescriptorResponse().getFileDescriptorProtoList()) {
            names.add(FileDescriptorProto.parseFrom(file).getName());
        }
        return names;
    }

    @Test
    void listsServices() {
        ServerReflectionResponse response =
                ask(ServerReflectionRequest.newBuilder().setListServices(""));
        assertThat(response.getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .containsExactly(
                        "grpc.health.v1.Health",
                        "grpc.reflection.v1.ServerReflection",
                        "grpc.reflection.v1alpha.ServerReflection",
                        "parley.test.v1.EchoService",
                        "parley.test.v1.LibraryService");
    }

    @Test
    void findsFilesByNameAndSymbol() throws Exception {
        assertThat(names(ask(ServerReflectionRequest.newBuilder().setFileByFilename("parley/test/v1/echo.proto"))))
                .containsExactly("parley/test/v1/echo.proto");
        for (String symbol : List.of(
                "parley.test.v1.LibraryService",
                "parley.test.v1.LibraryService.GetBook",
                "parley.test.v1.Book",
                "parley.test.v1.SearchBooksRequest.Filter",
                "parley.test.v1.Genre")) {
            assertThat(names(ask(ServerReflectionRequest.newBuilder().setFileContainingSymbol(symbol))))
                    .startsWith("parley/test/v1/library.proto")
                    .contains("google/api/annotations.proto", "google/protobuf/descriptor.proto");
        }
    }

    @Test
    void findsExtensions() throws Exception {
        String type = "google.protobuf.MethodOptions";
        assertThat(names(ask(ServerReflectionRequest.newBuilder()
                        .setFileContainingExtension(ExtensionRequest.newBuilder()
                                .setContainingType(type)
                                .setExtensionNumber(72295728)))))
                .startsWith("google/api/annotations.proto");
        assertThat(ask(ServerReflectionRequest.newBuilder().setAllExtensionNumbersOfType(type))
                        .getAllExtensionNumbersResponse()
                        .getExtensionNumberList())
                .contains(72295728);
    }

    @Test
    void saysWhatItDoesNotKnow() {
        for (ServerReflectionRequest.Builder request : List.of(
                ServerReflectionRequest.newBuilder().setFileByFilename("nope.proto"),
                ServerReflectionRequest.newBuilder().setFileContainingSymbol("nope.Nope"),
                ServerReflectionRequest.newBuilder().setAllExtensionNumbersOfType("nope.Nope"))) {
            assertThat(ask(request).getErrorResponse().getErrorCode()).isEqualTo(5);
        }
    }
}
