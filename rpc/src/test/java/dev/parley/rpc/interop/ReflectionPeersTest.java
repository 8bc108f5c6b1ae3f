package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.rules.RulesService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both versions as grpc-java's stubs ask them, with the questions that grpcurl, buf curl, evans and Postman put. */
@Timeout(60)
class ReflectionPeersTest {

    private final RpcServer server = RpcServer.builder()
            .service(RulesService.DEFINITION, new RulesService() {})
            .service(EchoService.DEFINITION, new EchoService() {})
            .start();
    private final ManagedChannel channel = Grpc.newChannelBuilder(
                    "127.0.0.1:" + server.port(), InsecureChannelCredentials.create())
            .build();

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
    }

    /** What comes, in order; the end is a text. */
    private static final class Seen<T> implements StreamObserver<T> {
        private final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

        @Override
        public void onNext(T value) {
            all.add(value);
        }

        @Override
        public void onError(Throwable error) {
            all.add("failed: " + error);
        }

        @Override
        public void onCompleted() {
            all.add("completed");
        }

        Object next() throws InterruptedException {
            Object next = all.poll(20, TimeUnit.SECONDS);
            return next == null ? "nothing" : next;
        }
    }

    @Test
    void oneStreamAnswersOneByOneAndOutlivesWhatIsUnknown() throws Exception {
        Seen<ServerReflectionResponse> seen = new Seen<>();
        StreamObserver<ServerReflectionRequest> ask =
                ServerReflectionGrpc.newStub(channel).serverReflectionInfo(seen);
        ask.onNext(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("nope." + "x".repeat(10_000))
                .build());
        ServerReflectionResponse unknown = (ServerReflectionResponse) seen.next();
        assertThat(unknown.getErrorResponse().getErrorCode()).isEqualTo(5);
        assertThat(unknown.getErrorResponse().getErrorMessage()).hasSizeLessThan(300);

        ask.onNext(ServerReflectionRequest.newBuilder().setListServices("*").build());
        ServerReflectionResponse list = (ServerReflectionResponse) seen.next();
        assertThat(list.getListServicesResponse().getServiceList())
                .extracting(service -> service.getName())
                .containsExactly(
                        "grpc.health.v1.Health",
                        "grpc.reflection.v1.ServerReflection",
                        "grpc.reflection.v1alpha.ServerReflection",
                        "parley.test.v1.EchoService",
                        "parley.test.v1.RulesService");

        for (String symbol : List.of(
                "parley.test.v1.RulesService",
                "parley.test.v1.RulesService.Place",
                "parley.test.v1.Ruled",
                "parley.test.v1.Ruled.email",
                "parley.test.v1.Payment.method",
                "parley.test.v1.Genus",
                "parley.test.v1.CANIS")) {
            ask.onNext(ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol(symbol)
                    .build());
            ServerReflectionResponse answer = (ServerReflectionResponse) seen.next();
            assertThat(answer.getOriginalRequest().getFileContainingSymbol()).isEqualTo(symbol);
            FileDescriptor file = linked(answer.getFileDescriptorResponse().getFileDescriptorProtoList());
            assertThat(file.getName()).isEqualTo("parley/test/v1/rules.proto");
            assertThat(file.findServiceByName("RulesService").getMethods()).hasSize(3);
        }
        ask.onNext(ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("parley.test.v1.shouting")
                .build());
        assertThat(linked(((ServerReflectionResponse) seen.next())
                                .getFileDescriptorResponse()
                                .getFileDescriptorProtoList())
                        .getName())
                .isEqualTo("parley/test/v1/rules_proto2.proto");
        ask.onCompleted();
        assertThat(seen.next()).isEqualTo("completed");
    }

    @Test
    void theOlderVersionSaysTheSame() throws Exception {
        Seen<io.grpc.reflection.v1alpha.ServerReflectionResponse> seen = new Seen<>();
        StreamObserver<io.grpc.reflection.v1alpha.ServerReflectionRequest> ask =
                io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(channel).serverReflectionInfo(seen);
        for (String name : List.of("grpc/reflection/v1alpha/reflection.proto", "parley/test/v1/echo.proto")) {
            ask.onNext(io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                    .setFileByFilename(name)
                    .build());
            FileDescriptor file = linked(((io.grpc.reflection.v1alpha.ServerReflectionResponse) seen.next())
                    .getFileDescriptorResponse()
                    .getFileDescriptorProtoList());
            assertThat(file.getName()).isEqualTo(name);
        }
        ask.onNext(io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("grpc.reflection.v1alpha.ServerReflection.ServerReflectionInfo")
                .build());
        FileDescriptor alpha = linked(((io.grpc.reflection.v1alpha.ServerReflectionResponse) seen.next())
                .getFileDescriptorResponse()
                .getFileDescriptorProtoList());
        // The same names and numbers as in grpc-java's own copy.
        FileDescriptorProto theirs =
                io.grpc.reflection.v1alpha.ServerReflectionProto.getDescriptor().toProto();
        assertThat(alpha.toProto().getServiceList()).isEqualTo(theirs.getServiceList());
        assertThat(alpha.toProto().getMessageTypeList()).isEqualTo(theirs.getMessageTypeList());
        assertThat(alpha.getPackage()).isEqualTo(theirs.getPackage());
        ask.onCompleted();
        assertThat(seen.next()).isEqualTo("completed");
    }

    /** The first file with all it imports, as a client puts them together; fails if one is missing. */
    private static FileDescriptor linked(List<ByteString> files) throws Exception {
        Map<String, FileDescriptorProto> byName = new HashMap<>();
        for (ByteString file : files) {
            FileDescriptorProto proto = FileDescriptorProto.parseFrom(file);
            byName.put(proto.getName(), proto);
        }
        return link(FileDescriptorProto.parseFrom(files.getFirst()).getName(), byName);
    }

    private static FileDescriptor link(String name, Map<String, FileDescriptorProto> byName) throws Exception {
        FileDescriptorProto proto = Objects.requireNonNull(byName.get(name), name);
        List<FileDescriptor> imports = new ArrayList<>();
        for (String imported : proto.getDependencyList()) {
            imports.add(link(imported, byName));
        }
        return FileDescriptor.buildFrom(proto, imports.toArray(new FileDescriptor[0]));
    }
}
