package dev.parley.registry;

import dev.parley.discovery.EmbeddedRegistry;
import dev.parley.discovery.EmbeddedState;
import dev.parley.discovery.EmbeddedWaits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a registry's state in a folder, as one file that is written anew: beside the old one, forced to the disk, then put in its
 * place. One thread writes; what changes while it does is in the next write, so that many changes share one.
 */
final class RegistryFile implements ConsulApi.Durable, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(RegistryServer.class.getName());
    private static final String NAME = "registry.json";
    private static final long MOST_BYTES = 1L << 30;
    private static final Duration WAIT = Duration.ofMinutes(1);

    private final Path folder;
    private final FileChannel locked;
    private final EmbeddedRegistry registry;
    private final EmbeddedWaits waits;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition saved = lock.newCondition();
    private final Thread writer;
    private volatile boolean closed;
    // Guarded by lock.
    private long savedIndex;
    private long failures;
    private @Nullable IOException failure;

    private RegistryFile(Path folder, FileChannel locked, EmbeddedRegistry registry) {
        this.folder = folder;
        this.locked = locked;
        this.registry = registry;
        this.waits = registry.waits();
        // Of the platform: it writes to a disk.
        this.writer = Thread.ofPlatform().daemon().name("parley-registry-file").unstarted(this::run);
    }

    /**
     * Takes over what the folder knows, and keeps it from now on.
     *
     * @param told of a file that could not be read and was set aside
     * @throws IllegalArgumentException if the folder cannot be used
     */
    static RegistryFile open(Path folder, EmbeddedRegistry registry, java.util.function.Consumer<String> told) {
        FileChannel channel = null;
        try {
            Files.createDirectories(folder);
            channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            lock(folder, channel);
            RegistryFile file = new RegistryFile(folder, channel, registry);
            file.load().ifPresentOrElse(told, () -> {});
            file.write(registry.state());
            file.writer.start();
            return file;
        } catch (IOException e) {
            closeQuietly(channel);
            throw new IllegalArgumentException("data folder " + folder + " cannot be used: " + e, e);
        } catch (RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "could not close the lock", e);
        }
    }

    private static void lock(Path folder, FileChannel channel) throws IOException {
        FileLock held;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null; // by this process
        }
        if (held == null) {
            throw new IllegalArgumentException("data folder " + folder + " is used by another registry");
        }
    }

    /** What was wrong with the file, if it was set aside. */
    private Optional<String> load() throws IOException {
        Path path = folder.resolve(NAME);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new IllegalArgumentException("it has more than " + MOST_BYTES + " bytes");
            }
            EmbeddedState state = StateJson.read(Files.readAllBytes(path));
            registry.restore(state);
            return Optional.empty();
        } catch (RuntimeException e) {
            Path aside = folder.resolve(NAME + ".torn-" + System.currentTimeMillis());
            Files.move(path, aside);
            String text = path + " could not be read and is kept as " + aside.getFileName()
                    + "; the registry begins empty, and its clients register again: " + e.getMessage();
            LOG.log(System.Logger.Level.WARNING, text);
            return Optional.of(text);
        }
    }

    private void write(EmbeddedState state) throws IOException {
        Path fresh = folder.resolve(NAME + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(StateJson.write(state));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true); // or the new name may not outlive a power failure
        }
        lock.lock();
        try {
            savedIndex = state.index();
            failure = null;
            saved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            while (!closed) {
                waits.await(EmbeddedRegistry.Scope.ALL, savedIndex(), WAIT);
                EmbeddedState state = registry.state();
                if (state.index() != savedIndex() && !tryWrite(state)) {
                    Thread.sleep(1000);
                }
            }
            EmbeddedState last = registry.state();
            if (last.index() != savedIndex()) {
                tryWrite(last);
            }
        } catch (InterruptedException e) {
            LOG.log(System.Logger.Level.WARNING, "the registry's file is not written any more: interrupted");
        }
    }

    private boolean tryWrite(EmbeddedState state) {
        try {
            write(state);
            return true;
        } catch (IOException | UncheckedIOException e) {
            LOG.log(System.Logger.Level.ERROR, "the registry cannot write to " + folder + ": " + e);
            lock.lock();
            try {
                failure = new IOException(e);
                failures++;
                saved.signalAll();
            } finally {
                lock.unlock();
            }
            return false;
        }
    }

    private long savedIndex() {
        lock.lock();
        try {
            return savedIndex;
        } finally {
            lock.unlock();
        }
    }

    /** Returns once all that has changed by now is on the disk. */
    @Override
    public void await() throws InterruptedException {
        long wanted = waits.await(EmbeddedRegistry.Scope.ALL, 0, Duration.ZERO);
        lock.lock();
        try {
            long before = failures;
            while (savedIndex < wanted) {
                IOException wrong = failure;
                if (failures != before && wrong != null) {
                    throw new ConsulError(
                            500,
                            "the change is made, but could not be written to the data folder: " + wrong.getMessage());
                }
                if (closed) {
                    return;
                }
                saved.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is left. The registry is open still. */
    @Override
    public void close() {
        closed = true;
        waits.close();
        lock.lock();
        try {
            saved.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeQuietly(locked);
    }
}
