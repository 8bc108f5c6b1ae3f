package dev.parley.testing.servers;

import dev.parley.testing.FaultProxy;
import dev.parley.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker of its own: one node that is its own controller (KRaft) on free ports of 127.0.0.1, in a JVM of its own, with its data
 * in a temporary folder. It takes some five seconds to start; tests that do not kill it use the {@link #shared} one, each with topics
 * and groups of its own.
 *
 * <pre>{@code
 * try (KafkaServer kafka = KafkaServer.start();
 *         Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.authority()))) {
 *     // ...
 *     kafka.kill();
 *     kafka.restart();
 * }
 * }</pre>
 *
 * <p>The broker's jars ({@code org.apache.kafka:kafka_2.13} with all that it needs) are looked for in the folder that the system property
 * {@code parley.kafka.broker} names, and then in {@code libs} of the distribution in the environment variable {@code KAFKA_HOME}; never on the class path of
 * the tests. In a build of Maven {@code dependency:copy-dependencies} makes such a folder.
 *
 * <p>Topics are made on first use, with one partition. Internal topics have one replica, so the node is all there is. The ports stay
 * the same over {@link #kill} and {@link #restart}. Like Kafka's default it acknowledges what the system has in its memory: a kill loses
 * nothing, a power cut might.
 *
 * <p>Thread-safe; what starts and ends the broker is done by one thread at a time.
 */
public final class KafkaServer implements AutoCloseable {
    private static final String HEAP = "-Xmx512m";

    private final ServerProcess process;
    private final @Nullable FaultProxy network;

    private KafkaServer(ServerProcess process, @Nullable FaultProxy network) {
        this.process = process;
        this.network = network;
    }

    /**
     * Starts one.
     *
     * @throws IllegalStateException if its jars are not found (the message says what to do) or it does not start (the message has
     *     what it wrote)
     */
    public static KafkaServer start() throws IOException, InterruptedException {
        return start(Map.of());
    }

    /**
     * Starts one.
     *
     * @param settings lines of {@code server.properties} beside ours, for instance {@code num.partitions} to {@code 4}
     * @throws IllegalStateException as {@link #start()}
     */
    public static KafkaServer start(Map<String, String> settings) throws IOException, InterruptedException {
        return new KafkaServer(process(settings, place -> Map.of()), null);
    }

    /**
     * Starts one with a second address behind a proxy, {@link #network}: clients that begin there are told the proxy's address, so that they
     * stay there.
     *
     * @throws IllegalStateException as {@link #start()}
     */
    public static KafkaServer startBehindProxy() throws IOException, InterruptedException {
        return startBehindProxy(Map.of());
    }

    /**
     * As {@link #startBehindProxy()}.
     *
     * @param settings as {@link #start(Map)}
     * @throws IllegalStateException as {@link #start()}
     */
    public static KafkaServer startBehindProxy(Map<String, String> settings) throws IOException, InterruptedException {
        AtomicReference<FaultProxy> proxy = new AtomicReference<>();
        try {
            ServerProcess process = process(settings, place -> {
                FaultProxy network = FaultProxy.to(place.port("proxied"));
                proxy.set(network);
                return Map.of(
                        "listeners",
                        "PLAINTEXT://" + place.authority("broker") + ",PROXIED://" + place.authority("proxied")
                                + ",CONTROLLER://" + place.authority("controller"),
                        "advertised.listeners",
                        "PLAINTEXT://" + place.authority("broker") + ",PROXIED://" + network.authority(),
                        "listener.security.protocol.map",
                        "PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT");
            });
            return new KafkaServer(process, proxy.get());
        } catch (IOException | InterruptedException | RuntimeException e) {
            FaultProxy network = proxy.get();
            if (network != null) {
                network.close();
            }
            throw e;
        }
    }

    /** Settings that depend on the ports; asked for once, before the first start. */
    private interface SettingsOfPlace {
        Map<String, String> of(ServerProcess.Place place) throws IOException;
    }

    private static ServerProcess process(Map<String, String> settings, SettingsOfPlace more)
            throws IOException, InterruptedException {
        Path jars = ServerPrograms.kafka();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        return ServerProcess.builder(java.toString())
                .name("kafka")
                .withoutEnvironment("KAFKA_")
                .withoutEnvironment("JAVA_")
                .withoutEnvironment("JDK_JAVA_OPTIONS")
                .ports("broker", "controller", "proxied")
                .arguments(place -> arguments(place, java, jars, settings, more))
                .readyWhen(server -> server.output().contains("Kafka Server started"))
                // Five seconds on a machine of one's own, more than a minute on one that is very busy.
                .startTimeout(Duration.ofMinutes(3))
                .start();
    }

    /**
     * The one that the tests of this JVM share, started when it is first asked for and ended with the JVM; neither close nor kill it.
     *
     * @throws IllegalStateException as {@link #start()}
     */
    public static KafkaServer shared() throws IOException, InterruptedException {
        return Shared.KAFKA.get();
    }

    private static List<String> arguments(
            ServerProcess.Place place, Path java, Path jars, Map<String, String> settings, SettingsOfPlace more)
            throws IOException, InterruptedException {
        Path configuration = place.folder().resolve("server.properties");
        Path logging = place.folder().resolve("log4j2.properties");
        String classPath = jars.toAbsolutePath() + "/*";
        if (!Files.exists(place.folder().resolve("data/meta.properties"))) {
            Map<String, String> all = new TreeMap<>(settings);
            all.putAll(more.of(place));
            Files.writeString(configuration, configuration(place, all));
            Files.writeString(logging, """
                    appender.console.type=Console
                    appender.console.name=console
                    appender.console.layout.type=PatternLayout
                    appender.console.layout.pattern=[%d] %p %m (%c)%n
                    rootLogger.level=INFO
                    rootLogger.appenderRef.console.ref=console
                    """);
            Commands.run(
                    place.folder(),
                    List.of(
                            java.toString(),
                            HEAP,
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            classPath,
                            "kafka.tools.StorageTool",
                            "format",
                            "-t",
                            "MkU3OEVBNTcwNTJENDM2Qk",
                            "-c",
                            configuration.toString()));
        }
        return List.of(
                HEAP,
                "-XX:+UseSerialGC",
                "-Dlog4j2.configurationFile=" + logging,
                "-cp",
                classPath,
                "kafka.Kafka",
                configuration.toString());
    }

    private static String configuration(ServerProcess.Place place, Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>(Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", "1"),
                Map.entry("controller.quorum.voters", "1@" + place.authority("controller")),
                Map.entry(
                        "listeners",
                        "PLAINTEXT://" + place.authority("broker") + ",CONTROLLER://" + place.authority("controller")),
                Map.entry("advertised.listeners", "PLAINTEXT://" + place.authority("broker")),
                Map.entry("controller.listener.names", "CONTROLLER"),
                Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
                Map.entry("log.dirs", place.folder().resolve("data").toString()),
                // Waiting for more members helps big groups only.
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                Map.entry("offsets.topic.num.partitions", "5"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("transaction.state.log.num.partitions", "5"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("share.coordinator.state.topic.num.partitions", "5"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1")));
        all.putAll(settings);
        StringBuilder lines = new StringBuilder();
        all.forEach(
                (name, value) -> lines.append(name).append('=').append(value).append('\n'));
        return lines.toString();
    }

    /** {@code kafka://127.0.0.1:PORT}. */
    public String uri() {
        return "kafka://" + process.authority();
    }

    /** {@code 127.0.0.1:PORT}, for {@code bootstrap.servers}. */
    public String authority() {
        return process.authority();
    }

    /** Its port of 127.0.0.1 for clients. */
    public int port() {
        return process.port();
    }

    /** The broker's process, to ask whether it runs and for what it wrote. */
    public ServerProcess process() {
        return process;
    }

    /**
     * The network in front of its second address.
     *
     * @throws IllegalStateException if it was not started {@linkplain #startBehindProxy() behind a proxy}
     */
    public FaultProxy network() {
        if (network == null) {
            throw new IllegalStateException("this broker was not started by startBehindProxy()");
        }
        return network;
    }

    /** Ends the broker with SIGKILL. */
    public void kill() throws InterruptedException {
        process.kill();
    }

    /** Starts it again on the same data and ports; ends it in order first if it runs. */
    public void restart() throws IOException, InterruptedException {
        process.restart();
    }

    /** Freezes it with SIGSTOP: connections stay and nobody answers. */
    public void pause() throws InterruptedException {
        process.pause();
    }

    /** Lets it go on. */
    public void resume() throws InterruptedException {
        process.resume();
    }

    /** Ends it and deletes its folder. Further calls do nothing. */
    @Override
    public void close() throws IOException {
        process.close();
        if (network != null) {
            network.close();
        }
    }
}
