package dev.parley.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A process with all that it has started: many servers are more than one process. Whoever ends it looks at the descendants first,
 * because those of a process that is gone cannot be told any more.
 */
final class ProcessTree {
    private static final long POLL_MILLIS = 2;

    private final ProcessHandle root;
    private final List<ProcessHandle> members;

    private ProcessTree(ProcessHandle root) {
        this.root = root;
        this.members = new ArrayList<>(List.of(root));
        root.descendants().forEach(members::add);
    }

    /** What there is now. */
    static ProcessTree of(Process process) {
        return new ProcessTree(process.toHandle());
    }

    /** SIGKILL, without waiting. */
    void kill() {
        members.forEach(ProcessHandle::destroyForcibly);
        // What was forked while we looked.
        members.stream().flatMap(ProcessHandle::descendants).forEach(ProcessHandle::destroyForcibly);
    }

    /** Waits until all have ended; false if some have not in that time. */
    boolean awaitEnd(Duration limit) throws InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        while (!members.stream().allMatch(ProcessTree::hasEnded)) {
            if (System.nanoTime() - until > 0) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    /** SIGSTOP to all, the parent first so that it starts no more; waits until they have stopped. */
    static void pause(Process process, Duration limit) throws InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        while (true) {
            List<ProcessHandle> running = of(process).members.stream()
                    .filter(each -> !hasEnded(each) && !isStopped(each))
                    .toList();
            if (running.isEmpty()) {
                return;
            }
            if (System.nanoTime() - until > 0) {
                throw new IllegalStateException(
                        process.pid() + " runs on " + limit + " after SIGSTOP, or what it started does: " + running);
            }
            running.forEach(each -> signal("STOP", each));
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** SIGCONT to all, the parent last. */
    static void resume(Process process) {
        List<ProcessHandle> all = of(process).members;
        all.reversed().forEach(each -> signal("CONT", each));
    }

    /** Sends a signal by its name to the process that was started, and to none of its children. */
    void signal(String name) {
        signal(name, root);
    }

    private static void signal(String name, ProcessHandle to) {
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -" + name + " \"$0\"", Long.toString(to.pid()))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (kill.waitFor() != 0 && !hasEnded(to)) {
                throw new IllegalStateException("could not send SIG" + name + " to " + to.pid() + ": " + said.strip());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending SIG" + name + " to " + to.pid(), e);
        }
    }

    /** Whether each of its threads has stopped, where the system can tell. */
    private static boolean isStopped(ProcessHandle process) {
        Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
        if (!Files.isDirectory(tasks)) {
            return !Files.isDirectory(Path.of("/proc/self"));
        }
        try (Stream<Path> threads = Files.list(tasks)) {
            for (Path thread : threads.toList()) {
                if (state(thread.resolve("stat")) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false; // a thread has just ended
        }
    }

    /** An orphan that nobody waits for stays in the table of processes as a zombie; it has ended all the same. */
    private static boolean hasEnded(ProcessHandle process) {
        if (!process.isAlive()) {
            return true;
        }
        try {
            char state = state(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return state == 'Z' || state == 'X';
        } catch (IOException e) {
            return !process.isAlive();
        }
    }

    private static char state(Path stat) throws IOException {
        String text = Files.readString(stat);
        return text.charAt(text.lastIndexOf(')') + 2);
    }
}
