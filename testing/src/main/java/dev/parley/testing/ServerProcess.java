package dev.parley.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A real server for tests: a program of its own process, with a temporary folder for its data and free ports of 127.0.0.1, that
 * can be killed, paused and started again on what it left behind.
 *
 * <pre>{@code
 * try (ServerProcess etcd = ServerProcess.builder("etcd")
 *         .debianPackage("etcd-server")
 *         .ports("client", "peer")
 *         .arguments(place -> List.of(
 *                 "--data-dir", place.folder().toString(),
 *                 "--listen-client-urls", "http://" + place.authority("client"), ...))
 *         .start()) {
 *     // ... a client of etcd.authority() ...
 *     etcd.kill();
 *     etcd.restart();
 * }
 * }</pre>
 *
 * <p>Processes are signalled by their id only, together with those that they have started. What a run writes is read all the time,
 * and the last 64 KiB of it are kept. Servers end with this JVM, but for a JVM that is itself killed with {@code -9}. {@link #pause}
 * needs a POSIX system.
 *
 * <p>Thread-safe; what starts and ends the process is done by one thread at a time.
 */
public final class ServerProcess implements AutoCloseable {

    private static final Set<ServerProcess> OPEN = ConcurrentHashMap.newKeySet();
    private static final int STARTS = 5;
    private static final long POLL_MILLIS = 20;
    private static final Duration STOPPING = Duration.ofSeconds(10);

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(ServerProcess::abandon), "parley-servers"));
    }

    private final Builder how;
    private final Path program;
    private final Path folder;
    private volatile Place place;
    private volatile @Nullable Process process;
    private volatile @Nullable ServerOutput output;
    private boolean paused; // guarded by this
    private boolean closed; // guarded by this

    private ServerProcess(Builder how, Path program) throws IOException {
        this.how = how;
        this.program = program;
        this.folder = Files.createTempDirectory("parley-" + how.name() + "-");
        this.place = new Place(folder, FreePorts.choose(how.ports));
    }

    /**
     * A server to be started.
     *
     * @param program its name, looked for on the {@code PATH} and in the folders for system programs, or its path
     */
    public static Builder builder(String program) {
        return new Builder(program);
    }

    /**
     * Where a server lives.
     *
     * @param folder its own, for its data and configuration; also what it is started in
     * @param ports its ports of 127.0.0.1 by their names, free for TCP and UDP when they were chosen
     */
    public record Place(Path folder, Map<String, Integer> ports) {
        /** Copies the ports. */
        public Place {
            ports = Collections.unmodifiableMap(new LinkedHashMap<>(ports));
        }

        /**
         * A port by its name.
         *
         * @throws IllegalArgumentException if the server has no such port
         */
        public int port(String name) {
            Integer port = ports.get(name);
            if (port == null) {
                throw new IllegalArgumentException("the server has no port \"" + name + "\", only " + ports.keySet());
            }
            return port;
        }

        /** Host and port for a URL: {@code 127.0.0.1:PORT}. */
        public String authority(String name) {
            return "127.0.0.1:" + port(name);
        }
    }

    /** Makes the arguments of a program's start. */
    @FunctionalInterface
    public interface Arguments {
        /** The arguments; may write files into the folder first. Called at each start. */
        List<String> of(Place place) throws Exception;
    }

    /** Whether a server can be used. */
    @FunctionalInterface
    public interface Ready {
        /** Asked again and again while the server starts; what it throws means not yet. */
        boolean test(ServerProcess server) throws Exception;
    }

    /** How a server is started. Not thread-safe. */
    public static final class Builder {
        private final String program;
        private final List<String> ports = new ArrayList<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private String debianPackage = "";
        private Arguments arguments = place -> List.of();
        private Duration startTimeout = Duration.ofSeconds(60);
        private @Nullable Ready ready;

        private Builder(String program) {
            this.program = Objects.requireNonNull(program, "program");
        }

        private String name() {
            return Path.of(program).getFileName().toString();
        }

        /** The Debian package that has the program, for the message that it is missing. */
        public Builder debianPackage(String name) {
            debianPackage = name;
            return this;
        }

        /** Ports that it needs, by names of your choice; none without this. The first is {@link ServerProcess#port()}. */
        public Builder ports(String... names) {
            ports.addAll(List.of(names));
            return this;
        }

        /** The program's arguments; none without this. */
        public Builder arguments(Arguments made) {
            arguments = made;
            return this;
        }

        /** A variable of its environment, beside those of this process. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** When it can be used; without this when its first port accepts a TCP connection. */
        public Builder readyWhen(Ready condition) {
            ready = condition;
            return this;
        }

        /** How long it may take to be ready; 60 s. */
        public Builder startTimeout(Duration limit) {
            startTimeout = limit;
            return this;
        }

        /**
         * Starts it and waits until it is ready.
         *
         * @throws IllegalStateException if the program is not there (the message says what to install), has ended before it was
         *     ready, or is not ready in time (the message has what it wrote); or if nothing says when it is ready
         */
        @SuppressWarnings("MustBeClosedChecker")
        public ServerProcess start() throws IOException, InterruptedException {
            if (ready == null && ports.isEmpty()) {
                throw new IllegalStateException(program + " has no port and no condition that says when it is ready");
            }
            ServerProcess server = new ServerProcess(this, find());
            try {
                server.firstStart();
                return server;
            } catch (Throwable e) {
                server.close();
                throw e;
            }
        }

        private Path find() {
            List<Path> candidates = new ArrayList<>();
            if (program.indexOf(File.separatorChar) >= 0) {
                candidates.add(Path.of(program).toAbsolutePath());
            } else {
                String path = System.getenv().getOrDefault("PATH", "");
                // The last three are not on the path of everybody who may run what is in them.
                for (String each : (path + ":/usr/local/sbin:/usr/sbin:/sbin").split(":", -1)) {
                    if (!each.isEmpty()) {
                        candidates.add(Path.of(each, program));
                    }
                }
            }
            return candidates.stream()
                    .filter(each -> Files.isRegularFile(each) && Files.isExecutable(each))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("the program " + program + " is missing: install "
                            + (debianPackage.isEmpty() ? "it" : "it (Debian: apt-get install " + debianPackage + ")")));
        }
    }

    // ---- what it is

    /** Its folder, deleted by {@link #close}. */
    public Path folder() {
        return folder;
    }

    /** Its first port; the same for as long as it is open. */
    public int port() {
        return port(how.ports.getFirst());
    }

    /** A port by its name. */
    public int port(String name) {
        return place.port(name);
    }

    /** Host and port for a URL, of the first port: {@code 127.0.0.1:PORT}. */
    public String authority() {
        return "127.0.0.1:" + port();
    }

    /** Host and port of a port by its name. */
    public String authority(String name) {
        return place.authority(name);
    }

    /** Whether the process is there, be it paused. */
    public boolean isRunning() {
        Process now = process;
        return now != null && now.isAlive();
    }

    /**
     * The id of the process, of the last run if it has ended.
     *
     * @throws IllegalStateException if it was never started
     */
    public long pid() {
        return started().pid();
    }

    /** The last 64 KiB of what the latest run has written to standard output and standard error. */
    public String output() {
        ServerOutput now = output;
        return now == null ? "" : now.text();
    }

    @Override
    public String toString() {
        return how.name() + " " + place.ports() + (isRunning() ? " running as " + pid() : " not running");
    }

    private Process started() {
        Process now = process;
        if (now == null) {
            throw new IllegalStateException(how.program + " was never started");
        }
        return now;
    }

    // ---- starting

    private synchronized void firstStart() throws IOException, InterruptedException {
        for (int left = STARTS; ; left--) {
            try {
                run();
                return;
            } catch (IllegalStateException e) {
                // Somebody else may have taken a port since it was chosen.
                boolean taken =
                        !isRunning() && place.ports().values().stream().anyMatch(port -> !FreePorts.isFree(port));
                if (!taken || left == 1) {
                    throw e;
                }
                clear();
                place = new Place(folder, FreePorts.choose(how.ports));
            }
        }
    }

    /**
     * Starts it again, in the same folder and with the same ports, and waits until it is ready; {@linkplain #stop stops} it first
     * if it runs.
     *
     * @throws IllegalStateException as {@link Builder#start}, and if it is closed
     */
    public synchronized void restart() throws IOException, InterruptedException {
        if (closed) {
            throw new IllegalStateException(how.program + " is closed");
        }
        stop();
        run();
    }

    private void run() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        try {
            command.addAll(how.arguments.of(place));
        } catch (IOException | InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("could not make the arguments of " + how.program, e);
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true);
        builder.environment().putAll(how.environment);
        OPEN.add(this);
        Process now = builder.start();
        process = now;
        paused = false;
        output = new ServerOutput(how.name(), now.getInputStream());
        awaitReady(now);
    }

    private void awaitReady(Process now) throws InterruptedException {
        long until = System.nanoTime() + how.startTimeout.toNanos();
        Exception last = null;
        while (true) {
            if (!now.isAlive()) {
                throw failed("has ended with status " + now.exitValue() + " before it was ready", last);
            }
            try {
                if (isReady()) {
                    return;
                }
            } catch (InterruptedException e) {
                abandon();
                throw e;
            } catch (Exception e) {
                last = e;
            }
            if (System.nanoTime() - until > 0) {
                abandon();
                throw failed("was not ready in " + how.startTimeout, last);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private boolean isReady() throws Exception {
        Ready condition = how.ready;
        if (condition != null) {
            return condition.test(this);
        }
        try (Socket socket = new Socket()) {
            InetAddress here = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            socket.connect(new InetSocketAddress(here, port()), 1_000);
            return true;
        }
    }

    private IllegalStateException failed(String how, @Nullable Exception cause) throws InterruptedException {
        ServerOutput now = output;
        if (now != null) {
            now.awaitEnd();
        }
        String tried = cause == null ? "" : "\nlast tried: " + cause;
        return new IllegalStateException(program + " " + how + "; it wrote:\n" + output() + tried, cause);
    }

    // ---- ending

    /** Ends it with SIGKILL, as a crash does, and waits for that; nothing if it does not run. */
    public synchronized void kill() throws InterruptedException {
        Process now = process;
        if (now != null) {
            abandon();
            now.waitFor();
        }
    }

    /** Ends it with SIGTERM, and with SIGKILL if it has not ended 10 s later; nothing if it does not run. */
    public synchronized void stop() throws InterruptedException {
        Process now = process;
        if (now == null || !now.isAlive()) {
            return;
        }
        if (paused) {
            resume();
        }
        List<ProcessHandle> children = now.descendants().toList();
        now.destroy();
        if (!now.waitFor(STOPPING.toMillis(), TimeUnit.MILLISECONDS)) {
            now.destroyForcibly().waitFor();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** Kills without waiting. */
    private void abandon() {
        Process now = process;
        if (now != null) {
            List<ProcessHandle> children = now.descendants().toList();
            now.destroyForcibly();
            children.forEach(ProcessHandle::destroyForcibly);
        }
    }

    /**
     * Stops the clock for it, with SIGSTOP: it keeps its connections and does not answer, until {@link #resume}. Waits until it has
     * stopped.
     *
     * @throws IllegalStateException if it does not run
     */
    public synchronized void pause() throws InterruptedException {
        signal("STOP");
        paused = true;
        long until = System.nanoTime() + STOPPING.toNanos();
        while (!isStopped()) {
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException(how.program + " runs on after SIGSTOP");
            }
            Thread.sleep(1);
        }
    }

    /**
     * Lets it go on, with SIGCONT.
     *
     * @throws IllegalStateException if it does not run
     */
    public synchronized void resume() throws InterruptedException {
        signal("CONT");
        paused = false;
    }

    private void signal(String name) throws InterruptedException {
        if (!isRunning()) {
            throw new IllegalStateException(how.program + " does not run");
        }
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " \"$0\"", Long.toString(pid()))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(kill.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("could not send SIG" + name + " to " + this + ": " + said.strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether each of its threads has stopped, where the system can tell. */
    private boolean isStopped() {
        Path tasks = Path.of("/proc", Long.toString(pid()), "task");
        if (!Files.isDirectory(tasks)) {
            return true;
        }
        try (Stream<Path> threads = Files.list(tasks)) {
            for (Path thread : threads.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false; // a thread has just ended
        }
    }

    /**
     * Empties its folder, as if the machine had got a new disk.
     *
     * @throws IllegalStateException if it runs
     */
    public synchronized void wipe() throws IOException {
        if (isRunning()) {
            throw new IllegalStateException(this + ": it has to be killed or stopped before its folder is emptied");
        }
        clear();
    }

    private void clear() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList().reversed()) {
                if (!each.equals(folder)) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    /** {@linkplain #stop Stops} it and deletes its folder. Further calls do nothing. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            stop();
        } catch (InterruptedException e) {
            abandon();
            Thread.currentThread().interrupt();
        }
        OPEN.remove(this);
        clear();
        Files.deleteIfExists(folder);
    }
}
