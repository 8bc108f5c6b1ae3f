package dev.parley.cli;

import dev.parley.rpc.RpcServer;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * What the launcher records an AOT cache by: each command once, against a server in this process that has nothing but its
 * reflection.
 */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {

    private static final String INFO = "grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

    @Override
    public Integer call() {
        try (RpcServer server = RpcServer.builder().start()) {
            String url = "http://127.0.0.1:" + server.port();
            List<List<String>> runs = List.of(
                    List.of("list", url),
                    List.of("describe", url, INFO),
                    List.of("call", "--verbose", url, INFO, "{\"listServices\": \"\"}"),
                    List.of("call", "--protocol", "connect", "--codec", "json", url, INFO, "-"),
                    List.of("call", "--help"));
            for (List<String> run : runs) {
                int status = Main.run(nowhere(), run.toArray(String[]::new));
                if (status != ExitCode.OK) {
                    throw new CommandException(1, String.join(" ", run) + " ended with " + status);
                }
            }
        }
        return ExitCode.OK;
    }

    private static Main.Terminal nowhere() {
        byte[] request = "{\"listServices\": \"\"}\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return new Main.Terminal(
                new ByteArrayInputStream(request),
                new PrintWriter(Writer.nullWriter()),
                new PrintWriter(Writer.nullWriter()),
                true);
    }
}
