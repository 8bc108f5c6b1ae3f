package dev.parley.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.ErrorDetailsProto;
import dev.parley.rpc.interop.v1.InteropProto;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A script of {@code src/test/node}, running, with the contract as its first argument. */
final class NodePeer implements AutoCloseable {

    private static final String END = "(the end of its output)";

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Process process;
    private final Path errors;

    private NodePeer(Process process, Path errors) {
        this.process = process;
        this.errors = errors;
        Thread.ofVirtual().start(this::read);
    }

    /** Starts {@code script}; {@code folder} is for what it is told and what it complains about. */
    static NodePeer start(Path folder, String script, String... arguments) throws IOException {
        Path project = Path.of("src/test/node").toAbsolutePath();
        assertThat(project.resolve("node_modules"))
                .as("npm packages; ./parley test installs them with npm ci")
                .exists();
        Path descriptors =
                Files.write(folder.resolve("descriptors.pb"), descriptors().toByteArray());
        Path errors = folder.resolve("errors");
        List<String> command = new ArrayList<>(List.of("node", script, descriptors.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectError(errors.toFile())
                .start();
        return new NodePeer(process, errors);
    }

    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines::add);
        } catch (UncheckedIOException | IOException e) {
            lines.add("its output cannot be read: " + e);
        }
        lines.add(END);
    }

    /** Its next line. */
    String line() throws IOException, InterruptedException {
        String line = lines.poll(30, TimeUnit.SECONDS);
        assertThat(line).as("a line of " + this).isNotNull().isNotEqualTo(END);
        return Objects.requireNonNull(line);
    }

    /** All lines until it exits, which it does with 0. */
    List<String> all() throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        for (String line = lines.poll(60, TimeUnit.SECONDS); !END.equals(line); ) {
            assertThat(line).as("a line behind " + all + " of " + this).isNotNull();
            all.add(Objects.requireNonNull(line));
            line = lines.poll(60, TimeUnit.SECONDS);
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(this + " behind " + all).isZero();
        return all;
    }

    /** Its complaints. */
    @Override
    public String toString() {
        try {
            return "node, which says \"" + Files.readString(errors) + '"';
        } catch (IOException e) {
            return "node, whose complaints cannot be read: " + e;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static FileDescriptorSet descriptors() {
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
