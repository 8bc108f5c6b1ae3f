package dev.parley.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that counts its starts in a file of its folder and says the count, and its id, to whoever connects.
 *
 * <p>{@code SmallServer PORT}, {@code SmallServer fail}, {@code SmallServer hang}, or {@code SmallServer talk PORT}.
 */
final class SmallServer {
    private SmallServer() {}

    public static void main(String... arguments) throws Exception {
        switch (arguments[0]) {
            case "fail" -> {
                System.err.println("cannot serve: the moon is full");
                System.exit(3);
            }
            case "hang" -> {
                System.out.println("thinking");
                Thread.sleep(Long.MAX_VALUE);
            }
            case "talk" -> {
                for (int i = 0; i < 100_000; i++) {
                    System.out.println("line " + i);
                }
                serve(Integer.parseInt(arguments[1]));
            }
            default -> serve(Integer.parseInt(arguments[0]));
        }
    }

    private static void serve(int port) throws IOException {
        Path starts = Path.of("starts");
        int count = Files.exists(starts) ? Integer.parseInt(Files.readString(starts)) + 1 : 1;
        Files.writeString(starts, Integer.toString(count));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                Files.writeString(Path.of("orderly"), "yes");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }));
        try (ServerSocket server = new ServerSocket(port, 10, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            System.out.println("serving, start " + count);
            while (true) {
                try (Socket client = server.accept()) {
                    client.getOutputStream()
                            .write((count + " " + ProcessHandle.current().pid() + "\n")
                                    .getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    System.out.println("a client has gone: " + e);
                }
            }
        }
    }

    static ServerProcess.Builder builder() {
        return ServerProcess.builder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString())
                .ports("main")
                .arguments(place -> command(Integer.toString(place.port("main"))));
    }

    static List<String> command(String... arguments) {
        List<String> command = new java.util.ArrayList<>(List.of(
                "-XX:TieredStopAtLevel=1",
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallServer.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
