package dev.parley.store;

import java.util.List;
import java.util.Objects;

/**
 * One step of a component's schema. Immutable.
 *
 * @param version 1 for the first, one more for each that follows
 * @param sqlite the statements for SQLite, executed one by one
 * @param postgresql the statements for PostgreSQL; inside a transaction, so without {@code CONCURRENTLY}
 */
public record Migration(int version, List<String> sqlite, List<String> postgresql) {

    /** Checks and copies. */
    public Migration {
        if (version < 1) {
            throw new IllegalArgumentException("version must be 1 or more, but is " + version);
        }
        sqlite = List.copyOf(sqlite);
        postgresql = List.copyOf(postgresql);
    }

    List<String> statements(Engine engine) {
        return switch (Objects.requireNonNull(engine)) {
            case SQLITE -> sqlite;
            case POSTGRESQL -> postgresql;
        };
    }
}
