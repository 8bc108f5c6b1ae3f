package dev.parley.testing.servers;

import dev.parley.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A PostgreSQL server of its own: on a free port of 127.0.0.1, with a new cluster in a temporary folder, {@code fsync} on as in
 * production. Found on the {@code PATH}, or the newest one in {@code /usr/lib/postgresql/}, where Debian has it.
 *
 * <pre>{@code
 * try (PostgresServer postgres = PostgresServer.start();
 *         Connection connection = DriverManager.getConnection(postgres.jdbcUrl())) {
 *     // ...
 *     postgres.kill();
 *     postgres.restart();
 * }
 * }</pre>
 *
 * <p>The superuser is {@code parley} with the password {@code parley}; a wrong password is refused. PostgreSQL does not run as root:
 * started by root it runs as the user {@code postgres}. The port stays the same over {@link #kill} and {@link #restart}.
 *
 * <p>Thread-safe; what starts and ends the server is done by one thread at a time.
 */
public final class PostgresServer implements AutoCloseable {
    private static final String ACCOUNT = "parley";
    private static final String FIRST_DATABASE = "postgres";

    private final ServerProcess process;
    private final Path programs;
    private final AtomicInteger databases = new AtomicInteger();

    private PostgresServer(ServerProcess process, Path programs) {
        this.process = process;
        this.programs = programs;
    }

    /**
     * Starts one with PostgreSQL's own settings, but for 200 connections.
     *
     * @throws IllegalStateException if it is not installed (the message says what to install) or does not start (the message has
     *     what it wrote)
     */
    public static PostgresServer start() throws IOException, InterruptedException {
        return start(Map.of());
    }

    /**
     * Starts one.
     *
     * @param settings lines of {@code postgresql.conf} beside ours, for instance {@code max_connections} to {@code 20}
     * @throws IllegalStateException as {@link #start()}
     */
    public static PostgresServer start(Map<String, String> settings) throws IOException, InterruptedException {
        Path programs = ServerPrograms.postgres();
        Map<String, String> all = new TreeMap<>(Map.of(
                "listen_addresses", "127.0.0.1",
                "max_connections", "200",
                // Not in /dev/shm, where a killed server would leave it.
                "dynamic_shared_memory_type", "mmap",
                "log_destination", "stderr",
                "logging_collector", "off"));
        all.putAll(settings);
        ServerProcess process = ServerProcess.builder(
                        programs.resolve("postgres").toString())
                .debianPackage("postgresql")
                .user("postgres")
                .withoutEnvironment("PG")
                .ports("sql")
                .stopSignal("INT") // TERM would wait for the clients to leave
                .arguments(place -> arguments(place, programs, all))
                .readyWhen(server -> Commands.succeeds(
                        programs.resolve("pg_isready").toString(), "-q", "-h", "127.0.0.1", "-p", "" + server.port()))
                .start();
        return new PostgresServer(process, programs);
    }

    /**
     * The one that the tests of this JVM share, started when it is first asked for and ended with the JVM; make a {@linkplain
     * #newDatabase() database} for each test, and neither close nor kill it.
     *
     * @throws IllegalStateException as {@link #start()}
     */
    public static PostgresServer shared() throws IOException, InterruptedException {
        return Shared.POSTGRES.get();
    }

    private static List<String> arguments(ServerProcess.Place place, Path programs, Map<String, String> settings)
            throws IOException, InterruptedException {
        Path data = place.folder().resolve("data");
        if (!Files.exists(data.resolve("PG_VERSION"))) {
            Path password = Files.writeString(place.folder().resolve("password"), ACCOUNT + "\n");
            Commands.runAs(
                    "postgres",
                    place.folder(),
                    List.of(
                            programs.resolve("initdb").toString(),
                            "-D",
                            data.toString(),
                            "-U",
                            ACCOUNT,
                            "--pwfile=" + password,
                            "--auth-host=scram-sha-256",
                            "--auth-local=trust",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--no-sync")); // of the empty cluster only
        }
        List<String> arguments = new ArrayList<>(List.of(
                "-D", data.toString(),
                "-p", "" + place.port("sql"),
                "-k", place.folder().toString()));
        settings.forEach((name, value) -> arguments.addAll(List.of("-c", name + "=" + value)));
        return arguments;
    }

    /** {@code postgresql://USER:PASSWORD@127.0.0.1:PORT/DATABASE} of the database that there is from the start, {@code postgres}. */
    public String uri() {
        return uri(FIRST_DATABASE);
    }

    /** The same of a database by its name. */
    public String uri(String database) {
        return "postgresql://" + ACCOUNT + ":" + ACCOUNT + "@" + process.authority() + "/" + database;
    }

    /** A URL for {@code DriverManager}, with user and password, of the database {@code postgres}. */
    public String jdbcUrl() {
        return jdbcUrl(FIRST_DATABASE);
    }

    /** The same of a database by its name. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://" + process.authority() + "/" + database + "?user=" + ACCOUNT + "&password="
                + ACCOUNT;
    }

    /**
     * Makes an empty database.
     *
     * @return its name, for {@link #uri(String)} and {@link #jdbcUrl(String)}
     */
    public String newDatabase() throws IOException, InterruptedException {
        String name = "test" + databases.incrementAndGet();
        Commands.run(
                process.folder(),
                List.of(
                        programs.resolve("createdb").toString(),
                        "-h",
                        process.folder().toString(),
                        "-p",
                        "" + process.port(),
                        "-U",
                        ACCOUNT,
                        name));
        return name;
    }

    /** Its port of 127.0.0.1. */
    public int port() {
        return process.port();
    }

    /** The process that takes connections, to ask whether it runs and for what it wrote. */
    public ServerProcess process() {
        return process;
    }

    /** Ends the server and its sessions with SIGKILL. */
    public void kill() throws InterruptedException {
        process.kill();
    }

    /** Starts it again on the same data and port; ends it in order first if it runs. */
    public void restart() throws IOException, InterruptedException {
        process.restart();
    }

    /** Freezes the server and its sessions with SIGSTOP: connections stay and nobody answers. */
    public void pause() throws InterruptedException {
        process.pause();
    }

    /** Lets them go on. */
    public void resume() throws InterruptedException {
        process.resume();
    }

    /** Ends it and deletes its folder. Further calls do nothing. */
    @Override
    public void close() throws IOException {
        process.close();
    }
}
