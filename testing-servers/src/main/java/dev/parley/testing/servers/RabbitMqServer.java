package dev.parley.testing.servers;

import dev.parley.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A RabbitMQ broker of its own: one node on a free port of 127.0.0.1, without plugins unless they are asked for, with its data in a temporary folder, and with an
 * Erlang port mapper ({@code epmd}) of its own, so that it neither meets nor leaves behind another one. It takes some five seconds to
 * start; tests that neither kill nor block it use the {@link #shared} one.
 *
 * <pre>{@code
 * try (RabbitMqServer rabbit = RabbitMqServer.start()) {
 *     ConnectionFactory factory = new ConnectionFactory();
 *     factory.setUri(rabbit.uri());
 *     try (Connection connection = factory.newConnection()) {
 *         // ...
 *     }
 *     rabbit.kill();
 *     rabbit.restart();
 * }
 * }</pre>
 *
 * <p>The user is {@code guest} with the password {@code guest}. The port stays the same over {@link #kill} and {@link #restart}.
 *
 * <p>Thread-safe; what starts and ends the broker is done by one thread at a time.
 */
public final class RabbitMqServer implements AutoCloseable {
    private static final String CREDENTIALS = "guest:guest";

    private final ServerProcess mapper;
    private final ServerProcess process;
    private final Path programs;
    private final boolean managed;
    private final AtomicInteger virtualHosts = new AtomicInteger();

    private RabbitMqServer(ServerProcess mapper, ServerProcess process, Path programs, boolean managed) {
        this.mapper = mapper;
        this.process = process;
        this.programs = programs;
        this.managed = managed;
    }

    /**
     * Starts one with RabbitMQ's own settings.
     *
     * @throws IllegalStateException if it is not installed (the message says what to install) or does not start (the message has
     *     what it wrote)
     */
    public static RabbitMqServer start() throws IOException, InterruptedException {
        return start(Map.of());
    }

    /**
     * Starts one.
     *
     * @param settings lines of {@code rabbitmq.conf} beside ours, for instance {@code disk_free_limit.absolute} to {@code 1GB}; with some
     *     that begin with {@code ssl_options.} it listens for TLS as well, see {@link #tlsPort}
     * @throws IllegalStateException as {@link #start()}
     */
    public static RabbitMqServer start(Map<String, String> settings) throws IOException, InterruptedException {
        return start(settings, false);
    }

    /**
     * Starts one with the plugin {@code rabbitmq_management}, which Debian's package has; it takes some seconds longer.
     *
     * @param settings as {@link #start(Map)}
     * @throws IllegalStateException as {@link #start()}
     */
    public static RabbitMqServer startWithManagement(Map<String, String> settings)
            throws IOException, InterruptedException {
        return start(settings, true);
    }

    private static RabbitMqServer start(Map<String, String> settings, boolean managed)
            throws IOException, InterruptedException {
        Path programs = ServerPrograms.rabbitMq();
        ServerProcess mapper = ServerProcess.builder("epmd")
                .debianPackage("erlang-base")
                .ports("epmd")
                .arguments(place -> List.of("-address", "127.0.0.1", "-port", "" + place.port("epmd")))
                .start();
        ServerProcess process = null;
        try {
            process = broker(programs, mapper.port(), settings, managed);
            return new RabbitMqServer(mapper, process, programs, managed);
        } finally {
            if (process == null) {
                mapper.close();
            }
        }
    }

    /**
     * The one that the tests of this JVM share, started when it is first asked for and ended with the JVM; make a {@linkplain
     * #newVirtualHost() virtual host} for each test, and neither close nor kill it.
     *
     * @throws IllegalStateException as {@link #start()}
     */
    public static RabbitMqServer shared() throws IOException, InterruptedException {
        return Shared.RABBIT_MQ.get();
    }

    private static ServerProcess broker(Path programs, int mapper, Map<String, String> settings, boolean managed)
            throws IOException, InterruptedException {
        // Not the program on the PATH: Debian's changes the user, and the folder with it.
        return ServerProcess.builder(programs.resolve("rabbitmq-server").toString())
                .debianPackage("rabbitmq-server")
                .withoutEnvironment("RABBITMQ_")
                .withoutEnvironment("ERL_")
                .ports("amqp", "distribution", "tls", "management")
                .environment(place -> environment(place, mapper))
                .arguments(place -> {
                    configure(place, settings, managed);
                    return List.of();
                })
                .readyWhen(server -> server.output().contains("Server startup complete"))
                .start();
    }

    private static Map<String, String> environment(ServerProcess.Place place, int mapper) {
        String folder = place.folder().toString();
        Map<String, String> environment = new TreeMap<>(clientEnvironment(place.folder(), mapper));
        environment.putAll(Map.of(
                "RABBITMQ_DIST_PORT", "" + place.port("distribution"),
                "RABBITMQ_MNESIA_BASE", folder + "/mnesia",
                "RABBITMQ_LOG_BASE", folder + "/log",
                "RABBITMQ_CONFIG_FILE", folder + "/rabbitmq.conf",
                "RABBITMQ_ENABLED_PLUGINS_FILE", folder + "/plugins",
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}",
                // The script becomes the broker, instead of waiting for it: signals reach it, and its id is the
                // process's.
                "RUNNING_UNDER_SYSTEMD", "true"));
        return environment;
    }

    /** What the command line tools need as well. Their key, the "cookie", is in the home. */
    private static Map<String, String> clientEnvironment(Path folder, int mapper) {
        return Map.of(
                "HOME", folder.toString(),
                "LC_ALL", "C.UTF-8",
                "RABBITMQ_NODENAME", "rabbit@localhost",
                "ERL_EPMD_PORT", "" + mapper,
                "ERL_EPMD_ADDRESS", "127.0.0.1");
    }

    private static void configure(ServerProcess.Place place, Map<String, String> settings, boolean managed)
            throws IOException {
        Map<String, String> all = new TreeMap<>(Map.of(
                "listeners.tcp.1", place.authority("amqp"),
                "log.console", "true",
                "log.file", "false"));
        if (settings.keySet().stream().anyMatch(name -> name.startsWith("ssl_options."))) {
            all.put("listeners.ssl.1", place.authority("tls"));
        }
        if (managed) {
            all.put("management.tcp.ip", "127.0.0.1");
            all.put("management.tcp.port", "" + place.port("management"));
        }
        all.putAll(settings);
        StringBuilder lines = new StringBuilder();
        all.forEach(
                (name, value) -> lines.append(name).append(" = ").append(value).append('\n'));
        Files.writeString(place.folder().resolve("rabbitmq.conf"), lines);
        Files.writeString(place.folder().resolve("plugins"), managed ? "[rabbitmq_management].\n" : "[].\n");
    }

    /** {@code amqp://guest:guest@127.0.0.1:PORT}, of the virtual host {@code /}. */
    public String uri() {
        return "amqp://" + CREDENTIALS + "@" + process.authority();
    }

    /** The same of a virtual host by its name, which has letters, digits and dashes only. */
    public String uri(String virtualHost) {
        return uri() + "/" + virtualHost;
    }

    /**
     * Makes an empty virtual host, in which {@code guest} may do everything; takes about a second or two.
     *
     * @return its name, for {@link #uri(String)}
     */
    public String newVirtualHost() throws IOException, InterruptedException {
        String name = "test" + virtualHosts.incrementAndGet();
        control("add_vhost", name);
        control("set_permissions", "-p", name, "guest", ".*", ".*", ".*");
        return name;
    }

    /**
     * Runs {@code rabbitmqctl} on it.
     *
     * @param arguments the command and what it takes, for instance {@code list_queues}, {@code name}
     * @return what it wrote
     * @throws IllegalStateException if it fails; the message has what it wrote
     */
    public String control(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(programs.resolve("rabbitmqctl").toString(), "--quiet"));
        Collections.addAll(command, arguments);
        return Commands.run(process.folder(), clientEnvironment(process.folder(), mapper.port()), command);
    }

    /** Its port of 127.0.0.1 for AMQP. */
    public int port() {
        return process.port();
    }

    /** Its port of 127.0.0.1 for AMQP over TLS, if its settings have {@code ssl_options}. */
    public int tlsPort() {
        return process.port("tls");
    }

    /**
     * Its port of 127.0.0.1 for the management API.
     *
     * @throws IllegalStateException if it was not {@linkplain #startWithManagement started with it}
     */
    public int managementPort() {
        if (!managed) {
            throw new IllegalStateException("this RabbitMQ has no management API: startWithManagement() starts one");
        }
        return process.port("management");
    }

    /** The broker's process, to ask whether it runs and for what it wrote. */
    public ServerProcess process() {
        return process;
    }

    ServerProcess mapper() {
        return mapper;
    }

    /**
     * Ends the broker with SIGKILL.
     *
     * <p>RabbitMQ 3.10 notes down a new quorum queue half a second after its declaration: killed before that, it knows the queue after a
     * restart and never serves it again.
     */
    public void kill() throws InterruptedException {
        process.kill();
    }

    /** Starts it again on the same data and port; ends it in order first if it runs. */
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

    /** Ends it and its port mapper and deletes its folder. Further calls do nothing. */
    @Override
    public void close() throws IOException {
        @Nullable IOException failure = null;
        for (ServerProcess each : List.of(process, mapper)) {
            try {
                each.close();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
