package dev.parley.testing.servers;

import dev.parley.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What is left of a server. */
final class Processes {
    private Processes() {}

    /** The server's process and all that it has started. */
    static List<ProcessHandle> of(ServerProcess server) {
        ProcessHandle root = ProcessHandle.of(server.pid()).orElseThrow();
        return Stream.concat(Stream.of(root), root.descendants()).toList();
    }

    /** Gone, or left in the table as a zombie that the system's first process has not waited for. */
    static boolean hasEnded(ProcessHandle process) {
        if (!process.isAlive()) {
            return true;
        }
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException e) {
            return true;
        }
    }
}
