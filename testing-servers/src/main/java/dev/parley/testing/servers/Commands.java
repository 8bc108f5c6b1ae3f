package dev.parley.testing.servers;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Short-lived programs around a server. */
final class Commands {
    private Commands() {}

    /** Runs one to its end. */
    static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        return run(folder, Map.of(), command);
    }

    /** Runs one to its end; {@code environment} comes beside that of this process. */
    static String run(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " ended with " + status + ": " + said.strip());
            }
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Runs one to its end, as this user if we are root. */
    static String runAs(String user, Path folder, List<String> command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            String become = "exec setpriv --reuid \"$0\" --regid \"$(id -g \"$0\")\" --init-groups -- \"$@\"";
            all.addAll(List.of("/bin/sh", "-c", become, user));
        }
        all.addAll(command);
        return run(folder, all);
    }

    static boolean succeeds(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor() == 0;
        } finally {
            process.destroyForcibly();
        }
    }
}
