package dev.parley.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A process of its own that inserts items from several threads and prints each name once it is acknowledged. */
final class Child {
    private static final int CALLERS = 8;

    private Child() {}

    /** Arguments: the store's URI, and {@code migrate} to end after that. Ends when a transaction fails, which it prints. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 1) {
            migrate(arguments[0]);
            return;
        }
        try (Store store = Store.open(arguments[0]);
                ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            store.migrate(Stores.ITEMS);
            for (int caller = 0; caller < CALLERS; caller++) {
                String prefix = caller + "-";
                callers.submit(() -> {
                    for (int i = 0; ; i++) {
                        String name = prefix + i + "-" + "x".repeat(200);
                        try {
                            store.run(tx -> Stores.insert(tx, name));
                        } catch (RuntimeException e) {
                            print("failed " + e);
                            return;
                        }
                        print("acknowledged " + name);
                    }
                });
            }
        } catch (RuntimeException e) {
            print("refused " + e);
        }
    }

    private static void migrate(String uri) throws Exception {
        try (Store store = Store.open(uri)) {
            store.migrate(Stores.COLOURED);
            store.run(tx -> Stores.insert(tx, "by " + ProcessHandle.current().pid()));
            print("migrated");
        } catch (RuntimeException e) {
            print("refused " + e);
        }
    }

    private static void print(String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }

    /** Starts it, with an optional limit of the shell's for the size of a file in KiB. */
    static Process start(String uri, int mostKib, String... more) throws IOException {
        List<String> command = new ArrayList<>();
        if (mostKib > 0) {
            // SIGXFSZ is ignored, so that a write fails with EFBIG.
            command.addAll(List.of("bash", "-c", "trap '' XFSZ; ulimit -f " + mostKib + "; exec \"$@\"", "child"));
        }
        command.addAll(java(Child.class, uri));
        command.addAll(List.of(more));
        return started(command);
    }

    /** Starts another one than this. */
    static Process start(Class<?> main, String... arguments) throws IOException {
        return started(java(main, arguments));
    }

    private static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:-UsePerfData", // a file too
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Process started(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
