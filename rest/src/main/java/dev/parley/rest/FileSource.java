package dev.parley.rest;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where static files are looked for. The names asked for are checked already: none is empty, a dot, or more than one. */
sealed interface FileSource {

    /** What was found. */
    sealed interface Found {
        /** A file. */
        record File(StaticFile file) implements Found {}

        /** A folder. */
        record Folder() implements Found {}
    }

    /** What is at {@code names}; empty if nothing that may be seen. */
    Optional<Found> find(List<String> names) throws IOException;

    /**
     * A folder.
     *
     * @param root without links
     * @param linksOutside whether a link may lead out of it
     */
    record Folder(Path root, boolean linksOutside) implements FileSource {

        static Folder of(Path folder) {
            try {
                Path real = folder.toRealPath();
                if (!Files.isDirectory(real)) {
                    throw new IllegalArgumentException("static files need a folder, but " + folder + " is none");
                }
                return new Folder(real, false);
            } catch (IOException e) {
                throw new IllegalArgumentException("static files need a folder, but " + folder + " cannot be read", e);
            }
        }

        @Override
        public Optional<Found> find(List<String> names) throws IOException {
            Path file = root;
            for (String name : names) {
                file = file.resolve(name);
            }
            try {
                Path real = file.toRealPath();
                if (!real.startsWith(root) && !linksOutside) {
                    return Optional.empty();
                }
                BasicFileAttributes attributes =
                        Files.readAttributes(real, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isDirectory()) {
                    return Optional.of(new Found.Folder());
                }
                // No pipe, no device: reading one may never end.
                return attributes.isRegularFile() && Files.isReadable(real)
                        ? Optional.of(new Found.File(StaticFile.of(real, attributes)))
                        : Optional.empty();
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (java.nio.file.FileSystemException e) {
                return Optional.empty(); // below a file, a name too long, a ring of links, not allowed
            }
        }
    }

    /**
     * A prefix of the class path.
     *
     * @param prefix without slashes around it
     */
    record ClassPath(ClassLoader loader, String prefix) implements FileSource {

        @Override
        public Optional<Found> find(List<String> names) throws IOException {
            String name = names.isEmpty() ? prefix : prefix + '/' + String.join("/", names);
            @Nullable URL url = loader.getResource(name);
            if (url == null) {
                return Optional.empty();
            }
            if (url.getProtocol().equals("file")) {
                return inFolder(url, names);
            }
            URLConnection connection = url.openConnection();
            if (!(connection instanceof JarURLConnection entry) || entry.getJarEntry() == null) {
                return Optional.empty();
            }
            // An entry of a folder ends with a slash, whether it was asked for with one or not.
            boolean folder =
                    entry.getJarEntry().isDirectory() || entry.getJarFile().getEntry(name + "/") != null;
            return Optional.of(folder ? new Found.Folder() : new Found.File(StaticFile.of(url, entry)));
        }

        private static Optional<Found> inFolder(URL url, List<String> names) throws IOException {
            try {
                Path file = Path.of(new URI(url.toString()));
                Path root = file;
                for (int i = 0; i < names.size() && root != null; i++) {
                    root = root.getParent();
                }
                return root == null ? Optional.empty() : Folder.of(root).find(names);
            } catch (URISyntaxException e) {
                throw new IOException("the class loader found " + url + ", which is no URI", e);
            }
        }
    }
}
