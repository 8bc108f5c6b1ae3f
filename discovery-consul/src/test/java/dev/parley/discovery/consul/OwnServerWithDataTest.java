package dev.parley.discovery.consul;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** One that remembers what was registered when it is started again. */
class OwnServerWithDataTest extends OwnServerSuite {

    @TempDir
    @Nullable
    Path folder;

    private @Nullable Served served;

    @BeforeEach
    void serve() {
        served = new Served(requireNonNull(folder));
    }

    @Override
    Served served() {
        return requireNonNull(served);
    }

    @Override
    protected void wipe() throws Exception {
        served().stop();
        try (Stream<Path> all = Files.walk(requireNonNull(folder))) {
            List<Path> files = all.filter(Files::isRegularFile).toList();
            for (Path each : files) {
                Files.delete(each);
            }
        }
        served().start();
    }

    @AfterEach
    void close() {
        served().close();
    }
}
