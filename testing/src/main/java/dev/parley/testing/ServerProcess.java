package dev.parley.testing;

import java.io.File;
import java.io.IOException;
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
import java.util.function.Function;
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
        Runtime.getRuntime().addShutdownHook(new Thread(ServerProcess::endAll, "parley-servers"));
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
        if (how.changesUser()) {
            Files.setOwner(
                    folder,
                    folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(how.user));
        }
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
        private final List<String> withoutEnvironment = new ArrayList<>();
        private Function<Place, Map<String, String>> environmentOfPlace = place -> Map.of();
        private String name;
        private String user = "";
        private String stopSignal = "TERM";
        private String debianPackage = "";
        private Arguments arguments = place -> List.of();
        private Duration startTimeout = Duration.ofSeconds(60);
        private @Nullable Ready ready;

        private Builder(String program) {
            this.program = Objects.requireNonNull(program, "program");
            this.name = Path.of(program).getFileName().toString();
        }

        /** What it is called in messages, threads and the name of its folder; without this the name of the program's file. */
        public Builder name(String said) {
            name = Objects.requireNonNull(said, "said");
            return this;
        }

        private String name() {
            return name;
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

        /** Variables of its environment that depend on where it lives, asked at each start. */
        public Builder environment(Function<Place, Map<String, String>> variables) {
            environmentOfPlace = Objects.requireNonNull(variables, "variables");
            return this;
        }

        /** Keeps those variables of this process from it whose names begin like this, so that a developer's settings do not reach it. */
        public Builder withoutEnvironment(String prefix) {
            withoutEnvironment.add(prefix);
            return this;
        }

        /**
         * Whom it runs as if this process runs as root, for servers that refuse root; its folder belongs to that user then. Without
         * this, and for everybody but root, the user of this process. Needs {@code setpriv} (Debian: util-linux).
         */
        public Builder user(String account) {
            user = Objects.requireNonNull(account, "account");
            return this;
        }

        /** The signal that makes it end in order, by its name without SIG; {@code TERM}. */
        public Builder stopSignal(String signal) {
            stopSignal = Objects.requireNonNull(signal, "signal");
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

        private boolean changesUser() {
            return !user.isEmpty() && "root".equals(System.getProperty("user.name"));
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
        List<String> command = new ArrayList<>();
        if (how.changesUser()) {
            // It becomes the program, so that the id of the process is the program's.
            String become = "exec setpriv --reuid \"$0\" --regid \"$(id -g \"$0\")\" --init-groups -- \"$@\"";
            command.addAll(List.of("/bin/sh", "-c", become, how.user));
        }
        command.add(program.toString());
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
        builder.environment()
                .keySet()
                .removeIf(each -> how.withoutEnvironment.stream().anyMatch(each::startsWith));
        builder.environment().putAll(how.environment);
        builder.environment().putAll(how.environmentOfPlace.apply(place));
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

    /** Ends it and all that it has started with SIGKILL, as a crash does, and waits for that; nothing if it does not run. */
    public synchronized void kill() throws InterruptedException {
        Process now = process;
        if (now != null) {
            ProcessTree tree = ProcessTree.of(now);
            tree.kill();
            tree.awaitEnd(STOPPING);
            now.waitFor();
        }
    }

    /**
     * Ends it with SIGTERM (or {@linkplain Builder#stopSignal what its builder says}), and with SIGKILL if it has not ended 10 s
     * later; nothing if it does not run. What it has started ends with it.
     */
    public synchronized void stop() throws InterruptedException {
        Process now = process;
        if (now == null || !now.isAlive()) {
            return;
        }
        if (paused) {
            resume();
        }
        ProcessTree tree = ProcessTree.of(now);
        tree.signal(how.stopSignal);
        now.waitFor(STOPPING.toMillis(), TimeUnit.MILLISECONDS);
        tree.kill();
        tree.awaitEnd(STOPPING);
        now.waitFor();
    }

    /** Kills without waiting. */
    private void abandon() {
        Process now = process;
        if (now != null) {
            ProcessTree.of(now).kill();
        }
    }

    private static void endAll() {
        OPEN.forEach(ServerProcess::abandon);
        for (ServerProcess each : OPEN) {
            try {
                Process now = each.process;
                if (now != null && now.waitFor(STOPPING.toMillis(), TimeUnit.MILLISECONDS)) {
                    each.clear();
                    Files.deleteIfExists(each.folder);
                }
            } catch (IOException | InterruptedException | RuntimeException e) {
                // A child of it still writes; the folder is a temporary one, and nobody is left to be told.
            }
        }
    }

    /**
     * Stops the clock for it and all that it has started, with SIGSTOP: it keeps its connections and does not answer, until {@link
     * #resume}. Waits until it has stopped.
     *
     * @throws IllegalStateException if it does not run
     */
    public synchronized void pause() throws InterruptedException {
        paused = true;
        ProcessTree.pause(running(), STOPPING);
    }

    /**
     * Lets it go on, with SIGCONT.
     *
     * @throws IllegalStateException if it does not run
     */
    public synchronized void resume() throws InterruptedException {
        ProcessTree.resume(running());
        paused = false;
    }

    private Process running() {
        Process now = process;
        if (now == null || !now.isAlive()) {
            throw new IllegalStateException(how.program + " does not run");
        }
        return now;
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
