package dev.parley.discovery;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process's threads, virtual ones included, which only a dump shows. */
final class Threads {

    private Threads() {}

    /** Those whose names hold {@code part}. */
    static List<String> named(String part) {
        try {
            Path folder = Files.createTempDirectory("threads");
            Path dump = folder.resolve("dump.json");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
            List<String> found = Files.readAllLines(dump).stream()
                    .map(String::strip)
                    .filter(line -> line.startsWith("\"name\":") && line.contains(part))
                    .toList();
            Files.delete(dump);
            Files.delete(folder);
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
