package dev.parley.rest;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;

/**
 * A file that was found.
 *
 * @param size in bytes
 * @param modified when, to the second
 * @param tag of its content, for ETag
 * @param source opens it
 */
record StaticFile(long size, Instant modified, String tag, Source source) {

    /** Opens a file. */
    @FunctionalInterface
    interface Source {
        InputStream open() throws IOException;
    }

    static StaticFile of(Path file, BasicFileAttributes attributes) {
        Instant modified = attributes.lastModifiedTime().toInstant();
        String tag = Long.toHexString(modified.getEpochSecond())
                + Integer.toHexString(modified.getNano())
                + '-'
                + Long.toHexString(attributes.size());
        return new StaticFile(attributes.size(), seconds(modified), tag, () -> Files.newInputStream(file));
    }

    /** Of an entry of a jar. */
    static StaticFile of(URL url, JarURLConnection entry) throws IOException {
        long size = entry.getJarEntry().getSize();
        Instant modified = Instant.ofEpochMilli(entry.getJarEntry().getTime());
        String tag = Long.toHexString(entry.getJarEntry().getCrc()) + '-' + Long.toHexString(size);
        return new StaticFile(size, seconds(modified), tag, () -> {
            URLConnection connection = url.openConnection();
            return connection.getInputStream();
        });
    }

    private static Instant seconds(Instant time) {
        return Instant.ofEpochSecond(time.getEpochSecond());
    }
}
