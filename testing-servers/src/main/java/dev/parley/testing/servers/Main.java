package dev.parley.testing.servers;

import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Runs servers by hand: {@code ./parley servers rabbitmq kafka} starts each, prints its URI, and runs until Ctrl-C. Their data is gone
 * behind them.
 */
public final class Main {
    private static final String HELP = """
            Usage: ./parley servers SERVER...
            Starts real servers, prints the URI of each, and runs until Ctrl-C. Each is new, on a free port of 127.0.0.1;
            its data is in a temporary folder and goes with it.

              postgres    PostgreSQL        (Debian: apt install postgresql)
              rabbitmq    RabbitMQ          (Debian: apt install rabbitmq-server)
              kafka       Kafka, KRaft      (from Maven Central; nothing to install)

            Use one for instance with: ./parley demo --broker URI
            """;

    private static final Map<String, Shared.Start<Running>> SERVERS = servers();

    private Main() {}

    private record Running(String uri, String also) {}

    private static Map<String, Shared.Start<Running>> servers() {
        Map<String, Shared.Start<Running>> all = new LinkedHashMap<>();
        all.put("postgres", () -> {
            PostgresServer server = PostgresServer.start();
            return new Running(server.uri(), server.jdbcUrl());
        });
        all.put("rabbitmq", () -> {
            RabbitMqServer server = RabbitMqServer.startWithManagement(Map.of());
            return new Running(server.uri(), server.uri() + "?management=" + server.managementPort());
        });
        all.put("kafka", () -> new Running(KafkaServer.start().uri(), ""));
        return all;
    }

    /**
     * Starts them. Ends the process with 0 after {@code --help}, with 1 if a server does not start, with 2 for arguments that it does
     * not know; else it runs until it is told to end.
     */
    public static void main(String[] arguments) throws InterruptedException {
        int status = run(List.of(arguments), System.out, System.err);
        if (status >= 0) {
            System.exit(status);
        }
        new CountDownLatch(1).await(); // the servers end with this JVM
    }

    /** Returns the status to end with, or -1 to run on. */
    private static int run(List<String> arguments, PrintStream out, PrintStream err) throws InterruptedException {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(HELP);
            return 0;
        }
        for (String each : arguments) {
            if (!SERVERS.containsKey(each)) {
                err.println("parley servers: unknown server '" + each + "', expected one of " + SERVERS.keySet());
                return 2;
            }
        }
        if (arguments.isEmpty()) {
            err.print(HELP);
            return 2;
        }
        for (String each : arguments) {
            try {
                Running running =
                        SERVERS.getOrDefault(each, () -> new Running("", "")).start();
                out.printf("%-9s %s%n", each, running.uri());
                if (!running.also().isEmpty()) {
                    out.printf("%-9s %s%n", "", running.also());
                }
            } catch (IOException | IllegalStateException e) {
                err.println("parley servers: " + each + " does not start: " + e.getMessage());
                return 1;
            }
        }
        out.println("Ctrl-C ends " + (arguments.size() == 1 ? "it." : "them."));
        return -1;
    }
}
