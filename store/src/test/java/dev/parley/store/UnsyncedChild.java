package dev.parley.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process of its own, as {@link Child} is, whose store's log is on a device that cannot be synced from some point on: the descriptors of the
 * log become ones of {@code /dev/null}, which takes what is written and of which {@code fdatasync} and {@code fsync} fail with EINVAL.
 */
final class UnsyncedChild {
    private static final int READ_AND_WRITE = 2; // O_RDWR

    private UnsyncedChild() {}

    /** Arguments: the store's URI, and how many items are acknowledged before. Prints what follows the first failure, too. */
    public static void main(String[] arguments) throws Throwable {
        String uri = arguments[0];
        int before = Integer.parseInt(arguments[1]);
        try (Store store = Store.open(uri)) {
            store.migrate(Stores.ITEMS);
            for (int i = 0; i < before; i++) {
                String name = "n" + i;
                store.run(tx -> Stores.insert(tx, name));
                System.out.println("acknowledged " + name);
            }
            System.out.println("replaced " + replace(Stores.folder(uri).resolve("store.db-wal")));
            for (String name : List.of("first", "second", "third")) {
                System.out.println(name + ' ' + outcome(() -> store.run(tx -> Stores.insert(tx, name))));
            }
            System.out.println("reading " + outcome(() -> Stores.names(store)));
        }
    }

    private static String outcome(Runnable work) {
        try {
            work.run();
            return "succeeded";
        } catch (RuntimeException e) {
            @Nullable Throwable cause = e.getCause();
            return "failed " + e + " because of " + cause;
        }
    }

    /** How many descriptors of the file there were. */
    @SuppressWarnings("restricted")
    private static int replace(Path file) throws Throwable {
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = linker.defaultLookup();
        MethodHandle open = linker.downcallHandle(
                library.find("open").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                Linker.Option.firstVariadicArg(2));
        MethodHandle dup2 = linker.downcallHandle(
                library.find("dup2").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int device;
        try (Arena arena = Arena.ofConfined()) {
            device = (int) open.invokeExact(arena.allocateFrom("/dev/null"), READ_AND_WRITE);
        }
        List<Integer> descriptors = descriptors(file.toRealPath());
        for (int each : descriptors) {
            int replaced = (int) dup2.invokeExact(device, each);
            if (device < 0 || replaced != each) {
                throw new IllegalStateException("could not replace descriptor " + each + " by " + device);
            }
        }
        return descriptors.size();
    }

    private static List<Integer> descriptors(Path file) throws IOException {
        List<Integer> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            all.filter(each -> isOf(each, file))
                    .forEach(
                            each -> found.add(Integer.valueOf(each.getFileName().toString())));
        }
        return found;
    }

    private static boolean isOf(Path descriptor, Path file) {
        try {
            return Files.readSymbolicLink(descriptor).equals(file);
        } catch (NoSuchFileException e) {
            return false; // closed since, as that of the listing itself
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
