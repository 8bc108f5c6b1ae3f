package dev.parley.store;

import dev.parley.CallException;
import dev.parley.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a SQLite store, locked by the operating system, so that a killed process leaves no lock behind.
 *
 * <p>A process loses its POSIX lock when it closes any descriptor of the file, not only the one that took it. So whether this process has
 * the folder is asked before the file is touched.
 */
final class SqliteFolder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Store.class.getName());
    private static final Set<Object> OPEN = ConcurrentHashMap.newKeySet();
    private static final int LONGEST_PID = 20;

    private final Path folder;
    private final Object key;
    private final FileChannel channel;

    private SqliteFolder(Path folder, Object key, FileChannel channel) {
        this.folder = folder;
        this.key = key;
        this.channel = channel;
    }

    static SqliteFolder lock(Path wanted) {
        Path folder = wanted.toAbsolutePath().normalize();
        if (folder.toString().indexOf('?') >= 0) {
            throw new IllegalArgumentException(
                    "a store's folder must not have a question mark in its path, but is " + folder);
        }
        Object key;
        try {
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                throw new CallException(
                        Code.FAILED_PRECONDITION, "a store's files are in a folder, but " + folder + " is a file");
            }
            create(folder);
            Object inode =
                    Files.readAttributes(folder, BasicFileAttributes.class).fileKey();
            key = inode == null ? folder.toRealPath() : inode;
        } catch (IOException e) {
            throw unusable(folder, e);
        }
        if (!OPEN.add(key)) {
            throw inUse(folder, "this process (" + ProcessHandle.current().pid() + "): share the store instead");
        }
        @Nullable FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    folder.resolve("store.lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(folder, "process " + holder(channel));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new SqliteFolder(folder, key, channel);
        } catch (OverlappingFileLockException e) {
            // Another copy of this class has it. The channel stays open: closing it would release that one's lock.
            OPEN.remove(key);
            throw inUse(folder, "this process (" + ProcessHandle.current().pid() + ")");
        } catch (IOException e) {
            OPEN.remove(key);
            closeQuietly(channel);
            throw unusable(folder, e);
        } catch (RuntimeException e) {
            OPEN.remove(key);
            closeQuietly(channel);
            throw e;
        }
    }

    private static void create(Path folder) throws IOException {
        Path missing = folder;
        Path parent = folder.getParent();
        while (parent != null && !Files.exists(parent)) {
            missing = parent;
            parent = parent.getParent();
        }
        Files.createDirectories(folder);
        // What was made must outlive a power failure, from the first new name down.
        for (Path at = folder; at != null && parent != null && at.startsWith(parent); at = at.getParent()) {
            sync(at);
            if (at.equals(missing)) {
                sync(parent);
                break;
            }
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Makes names of new files in it outlive a power failure. */
    void sync() throws IOException {
        sync(folder);
    }

    Path database() {
        return database(folder);
    }

    /** Where a folder has its database, if it has one. */
    static Path database(Path folder) {
        return folder.resolve("store.db");
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(LONGEST_PID);
        channel.read(buffer, 0);
        String pid = new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII).strip();
        return pid.isEmpty() ? "that has just started" : pid;
    }

    private static CallException inUse(Path folder, String by) {
        return new CallException(Code.FAILED_PRECONDITION, "the store's folder " + folder + " is in use by " + by);
    }

    private static CallException unusable(Path folder, IOException e) {
        return new CallException(Code.FAILED_PRECONDITION, "the store's folder " + folder + " cannot be used: " + e, e);
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "could not close the lock of a store", e);
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
        OPEN.remove(key);
    }
}
