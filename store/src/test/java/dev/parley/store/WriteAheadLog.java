package dev.parley.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads SQLite's log by <a href="https://www.sqlite.org/fileformat2.html#walformat">its description</a>. */
final class WriteAheadLog {
    private static final int HEADER = 32;
    private static final int FRAME_HEADER = 24;

    private WriteAheadLog() {}

    /** How many commits are in it since it began anew: frames that say how large the database is behind them. */
    static int commits(Path log) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(log));
        if (all.capacity() < HEADER) {
            return 0;
        }
        int pageSize = all.getInt(8);
        long salts = all.getLong(16);
        int commits = 0;
        for (int at = HEADER; at + FRAME_HEADER + pageSize <= all.capacity(); at += FRAME_HEADER + pageSize) {
            if (all.getLong(at + 8) != salts) {
                break; // of an earlier round
            }
            if (all.getInt(at + 4) != 0) {
                commits++;
            }
        }
        return commits;
    }
}
