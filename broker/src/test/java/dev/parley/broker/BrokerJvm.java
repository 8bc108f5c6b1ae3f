package dev.parley.broker;

import dev.parley.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A broker's server in a process of its own, over SQLite in its folder, so that it can be killed. */
final class BrokerJvm {

    private BrokerJvm() {}

    /** Over SQLite in its own folder. */
    static ServerProcess start() throws IOException, InterruptedException {
        return start("");
    }

    /** Over this store; empty: SQLite in its own folder. */
    static ServerProcess start(String store) throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return ServerProcess.builder(java.toString())
                .name("parley-broker")
                .ports("rpc")
                .arguments(place -> List.of(
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerJvm.class.getName(),
                        Integer.toString(place.port("rpc")),
                        store.isEmpty() ? "sqlite:" + place.folder().resolve("data") : store))
                .start();
    }

    /** Serves on the port of the first argument what the second names, until a signal ends the process. */
    public static void main(String[] args) throws InterruptedException {
        BrokerServer server = BrokerServer.builder()
                .port(Integer.parseInt(args[0]))
                .store(args[1])
                .start();
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
        new CountDownLatch(1).await();
    }
}
