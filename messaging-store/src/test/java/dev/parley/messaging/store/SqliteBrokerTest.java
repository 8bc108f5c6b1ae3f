package dev.parley.messaging.store;

import dev.parley.tck.messaging.BrokerUnderTest;
import dev.parley.tck.messaging.DurableBrokerSuite;
import dev.parley.tck.messaging.FilesUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

class SqliteBrokerTest extends DurableBrokerSuite {

    @TempDir(cleanup = CleanupMode.ALWAYS)
    static Path files;

    @Override
    protected BrokerUnderTest subject() {
        return new BrokerUnderTest() {
            @Override
            public String uri() {
                return "sqlite:" + files.resolve("broker");
            }

            @Override
            public boolean shared() {
                return false;
            }

            @Override
            public Optional<FilesUnderTest> files() {
                return Optional.of(() -> tear(files.resolve("broker").resolve("store.db-wal")));
            }
        };
    }

    /** Random bytes behind the log's last frame, as a write leaves that was not finished. */
    private static void tear(Path log) throws IOException {
        byte[] torn = new byte[1 + ThreadLocalRandom.current().nextInt(10_000)];
        ThreadLocalRandom.current().nextBytes(torn);
        Files.write(log, torn, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
