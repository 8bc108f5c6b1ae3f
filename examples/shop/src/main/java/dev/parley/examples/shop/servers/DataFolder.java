package dev.parley.examples.shop.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the services keep their databases and e-mails: a folder that was named, or a temporary one that is deleted in the end. */
public final class DataFolder implements AutoCloseable {

    private final Path path;
    private final boolean temporary;

    private DataFolder(Path path, boolean temporary) {
        this.path = path;
        this.temporary = temporary;
    }

    /**
     * The folder that was named, otherwise a new one.
     *
     * @throws UncheckedIOException if it cannot be made
     */
    public static DataFolder of(Optional<Path> named) {
        try {
            return named.isPresent()
                    ? new DataFolder(Files.createDirectories(named.get().toAbsolutePath()), false)
                    : new DataFolder(Files.createTempDirectory("parley-shop-"), true);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder of the shop's data: " + e, e);
        }
    }

    /** Its path. */
    public Path path() {
        return path;
    }

    /** Whether it goes in the end. */
    public boolean isTemporary() {
        return temporary;
    }

    /** Where e-mails are put. */
    public Path emails() {
        return path.resolve("emails");
    }

    /** The URI of a database in it. */
    public String database(String name) {
        return "sqlite://" + path.resolve(name).toUri().getRawPath();
    }

    /** Deletes it, if it is temporary. */
    @Override
    public void close() {
        if (!temporary) {
            return;
        }
        List<Path> all;
        try (Stream<Path> found = Files.walk(path)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
            for (Path each : all) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the temporary folder " + path, e);
        }
    }
}
