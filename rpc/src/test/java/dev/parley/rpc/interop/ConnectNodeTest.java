package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.ErrorDetailsProto;
import dev.parley.rpc.RpcServer;
import dev.parley.rpc.interop.v1.InteropProto;
import dev.parley.rpc.interop.v1.InteropService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code @connectrpc/connect-node} against Parley's server. */
@Timeout(60)
class ConnectNodeTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "connect, 1.1, json, identity",
        "connect, 1.1, proto, gzip",
        "connect, 2, json, gzip",
        "connect, 2, proto, identity",
        "grpc, 2, proto, gzip",
        "grpc, 2, json, identity",
        "grpc-web, 1.1, proto, identity",
        "grpc-web, 1.1, json, gzip",
        "grpc-web, 2, proto, gzip",
        "grpc-web, 2, json, identity"
    })
    void speaksWithConnectNode(String protocol, String version, String codec, String compression) throws Exception {
        ParleyInterop service = new ParleyInterop();
        try (RpcServer server =
                RpcServer.builder().service(InteropService.DEFINITION, service).start()) {
            List<String> lines = node("http://127.0.0.1:" + server.port(), protocol, version, codec, compression);
            assertThat(lines).containsExactlyElementsOf(expected(version));
            assertThat(service.interrupts.poll(5, TimeUnit.SECONDS)).isEqualTo("late");
            assertThat(service.interrupts.poll(5, TimeUnit.SECONDS)).isEqualTo("c");
        }
    }

    private static List<String> expected(String version) {
        List<String> expected = new ArrayList<>(List.of(
                "{\"step\":\"unary\",\"value\":\"hello\"}",
                "{\"step\":\"long\",\"value\":40000}",
                "{\"step\":\"metadata\",\"value\":[\"value\",\"AAH/\",\"value\"]}",
                "{\"step\":\"serverStream\",\"value\":500}",
                "{\"step\":\"clientStream\",\"value\":100}"));
        if (version.equals("2")) {
            expected.add("{\"step\":\"bidi\",\"value\":[100,\"m99\"]}");
        }
        expected.addAll(List.of(
                "{\"step\":\"error\",\"value\":[\"FailedPrecondition\",\"failed as asked: ü %\",\"text\"]}",
                "{\"step\":\"midStream\",\"value\":[\"ResourceExhausted\",\"failed as asked: ü %\",\"text\"]}",
                "{\"step\":\"deadline\",\"value\":[\"DeadlineExceeded\",\"the operation timed out\"]}",
                "{\"step\":\"cancel\",\"value\":[\"Canceled\",\"This operation was aborted\"]}",
                "{\"step\":\"next\",\"value\":\"still good\"}"));
        return expected;
    }

    private List<String> node(String url, String... how) throws Exception {
        Path descriptors =
                Files.write(folder.resolve("descriptors.pb"), descriptors().toByteArray());
        Path errors = folder.resolve("errors");
        Path project = Path.of("src/test/node").toAbsolutePath();
        assertThat(project.resolve("node_modules"))
                .as("npm packages; ./parley test installs them with npm ci")
                .exists();
        List<String> command = new ArrayList<>(List.of("node", "peer.mjs", url, descriptors.toString()));
        command.addAll(List.of(how));
        Process process = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectError(errors.toFile())
                .start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors) + lines).isZero();
        return lines;
    }

    private static FileDescriptorSet descriptors() throws IOException {
        Set<FileDescriptor> files = new LinkedHashSet<>();
        add(ErrorDetailsProto.getDescriptor(), files);
        add(InteropProto.getDescriptor(), files);
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder();
        files.forEach(file -> set.addFile(withJsonNames(file)));
        return set.build();
    }

    /** protoc writes json_name into what it hands to generators, but Java's descriptors leave it out. */
    private static FileDescriptorProto withJsonNames(FileDescriptor file) {
        FileDescriptorProto.Builder proto = file.toProto().toBuilder();
        for (int m = 0; m < proto.getMessageTypeCount(); m++) {
            Descriptor type = file.getMessageTypes().get(m);
            for (int f = 0; f < type.getFields().size(); f++) {
                proto.getMessageTypeBuilder(m)
                        .getFieldBuilder(f)
                        .setJsonName(type.getFields().get(f).getJsonName());
            }
        }
        return proto.build();
    }

    private static void add(FileDescriptor file, Set<FileDescriptor> files) {
        file.getDependencies().forEach(dependency -> add(dependency, files));
        files.add(file);
    }
}
