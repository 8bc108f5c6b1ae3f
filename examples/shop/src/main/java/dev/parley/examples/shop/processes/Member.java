package dev.parley.examples.shop.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One process of the shop, as the one that has started it sees it. Thread-safe. */
public final class Member {

    private static final Pattern ADDRESS = Pattern.compile("listening on (?:http://)?([^/\\s]+:\\d+)");
    private static final int LAST_LINES = 20;
    private static final int LONGEST_LINE = 1_000;
    private static final Duration SOON = Duration.ofSeconds(5);

    private final String name;
    private final String id;
    private final Process process;
    private final Consumer<String> log;
    private final CompletableFuture<String> authority = new CompletableFuture<>();
    private final Deque<String> lastLines = new ArrayDeque<>(); // guarded by itself
    private volatile boolean expectedToEnd;

    private Member(String name, String id, Process process, Consumer<String> log) {
        this.name = name;
        this.id = id;
        this.process = process;
        this.log = log;
    }

    /** Starts {@code command}; each line that it prints goes to {@code log}, behind its id. */
    static Member start(
            String name, String id, List<String> command, Map<String, String> environment, Consumer<String> log) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            Member member = new Member(name, id, process, log);
            // Not virtual: a read of a pipe would hold on to a carrier.
            Thread.ofPlatform().daemon().name("shop-log-" + id).start(member::read);
            return member;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + id, e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            while (line != null) {
                heard(line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "...");
                line = lines.readLine();
            }
        } catch (IOException e) {
            log.accept(id + " | (cannot be heard any more: " + e.getMessage() + ")");
        }
        authority.completeExceptionally(new IllegalStateException(id + " has ended; it said: " + lastLines()));
        int status = process.onExit().join().exitValue();
        if (!expectedToEnd) {
            log.accept(id + " | (has ended with status " + status + ")");
        }
    }

    private void heard(String line) {
        synchronized (lastLines) {
            if (lastLines.size() == LAST_LINES) {
                lastLines.removeFirst();
            }
            lastLines.add(line);
        }
        Matcher address = ADDRESS.matcher(line);
        if (!authority.isDone() && address.find()) {
            authority.complete(address.group(1));
        } else {
            log.accept(id + " | " + line);
        }
    }

    private String lastLines() {
        synchronized (lastLines) {
            return lastLines.isEmpty() ? "nothing" : String.join("; ", lastLines);
        }
    }

    /** The service that it is an instance of. */
    public String name() {
        return name;
    }

    /** What it is registered as. */
    public String id() {
        return id;
    }

    /** Its process id. */
    public long pid() {
        return process.pid();
    }

    /** Where it listens, such as {@code http://127.0.0.1:7001}; only once {@link #awaitListening} has returned. */
    public String url() {
        return "http://" + authority();
    }

    String authority() {
        return authority.join();
    }

    /** Whether its process runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    void awaitListening(Duration most) throws InterruptedException {
        try {
            authority.get(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    String.valueOf(Objects.requireNonNullElse(e.getCause(), e).getMessage()), e);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    id + " did not begin to listen within " + most.toSeconds() + " s; it said: " + lastLines(), e);
        }
    }

    /** Asks it to end (SIGTERM), waits for up to {@code grace}, then ends it. Whether it has ended by itself. */
    boolean stop(Duration grace) {
        expectedToEnd = true;
        process.destroy();
        boolean byItself = awaitEnd(grace);
        if (!byItself) {
            kill();
        }
        return byItself;
    }

    /** Ends it without a word (SIGKILL), and returns once it is gone. */
    public void kill() {
        expectedToEnd = true;
        process.destroyForcibly();
        awaitEnd(SOON);
    }

    private boolean awaitEnd(Duration most) {
        try {
            return process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
