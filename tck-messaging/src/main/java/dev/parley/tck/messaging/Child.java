package dev.parley.tck.messaging;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link Worker} in a JVM of its own, with this one's class path, and the folder that it writes to. Killed when it is closed. */
final class Child implements AutoCloseable {

    private final Path folder;
    private final Process process;
    private final Duration patience;

    private Child(Path folder, Process process, Duration patience) {
        this.folder = folder;
        this.process = process;
        this.patience = patience;
    }

    /** Starts {@code Worker role FOLDER arguments}. */
    static Child start(Path parent, Duration patience, String role, String... arguments) throws IOException {
        return start(parent, patience, List.of(), role, arguments);
    }

    /** Starts it so that it cannot make a file larger than this: a write beyond fails, as on a full disk. */
    static Child limited(Path parent, Duration patience, int kibibytes, String role, String... arguments)
            throws IOException {
        // In units of 512 bytes, as POSIX has it.
        List<String> limit = List.of("sh", "-c", "ulimit -f " + kibibytes * 2 + " && exec \"$@\"", "sh");
        return start(parent, patience, limit, role, arguments);
    }

    private static Child start(Path parent, Duration patience, List<String> prefix, String role, String... arguments)
            throws IOException {
        Path folder = Files.createTempDirectory(parent, role);
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                Worker.class.getName(),
                role,
                folder.toString()));
        command.addAll(Arrays.asList(arguments));
        File output = folder.resolve("output").toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(output));
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return new Child(folder, builder.start(), patience);
    }

    Path history() {
        return folder.resolve("history");
    }

    /** The whole lines of its history that begin so. */
    long count(String start) throws IOException {
        return Arrays.stream(History.lines(history()))
                .filter(line -> line.startsWith(start))
                .count();
    }

    /** Waits for a signal that begins so, and returns what follows. */
    String awaitSignal(String start) throws Exception {
        long until = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean alive = process.isAlive();
            for (String line : History.lines(folder.resolve("signals"))) {
                if (line.startsWith(start)) {
                    return line.substring(start.length()).strip();
                }
            }
            if (!alive || System.nanoTime() > until) {
                throw new AssertionError("no signal \"%s\" %s; it wrote:\n%s"
                        .formatted(start, alive ? "within " + patience : "before it ended", output()));
            }
            Thread.sleep(10);
        }
    }

    /** Waits until its history has this many lines that begin so. */
    void awaitCount(String start, int wanted) throws Exception {
        long until = System.nanoTime() + patience.toNanos();
        while (count(start) < wanted) {
            if (!process.isAlive() || System.nanoTime() > until) {
                throw new AssertionError(
                        "only %d times \"%s\" of %d; it wrote:\n%s".formatted(count(start), start, wanted, output()));
            }
            Thread.sleep(10);
        }
    }

    /** Creates the file that it looks for. */
    void tell(String name) throws IOException {
        Files.createFile(folder.resolve(name));
    }

    /** Sends it a signal of the system's. */
    void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        if (kill.waitFor() != 0) {
            throw new AssertionError("kill -" + name + " of " + process.pid() + " failed; it wrote:\n" + output());
        }
    }

    /** {@code kill -9}. */
    void kill() throws Exception {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Tells it to stop, and waits until it has. */
    void stop() throws Exception {
        tell("stop");
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("it did not stop within " + patience + "; it wrote:\n" + output());
        }
    }

    /** What it wrote to standard output and error. */
    String output() throws IOException {
        return Files.readString(folder.resolve("output"))
                + '\n'
                + String.join("\n", History.lines(folder.resolve("signals")));
    }

    @Override
    public void close() throws Exception {
        kill();
    }
}
