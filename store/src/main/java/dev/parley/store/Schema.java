package dev.parley.store;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The tables of one component: an outbox, a set of queues. A published version is never edited; a change is a further one.
 * Immutable.
 *
 * @param component 1 to 50 characters of {@code a-z 0-9 . _ -}; begins with a letter
 * @param migrations versions 1 to n, without a gap
 */
public record Schema(String component, List<Migration> migrations) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{0,49}");

    /** Checks and copies. */
    public Schema {
        if (!NAME.matcher(component).matches()) {
            throw new IllegalArgumentException("component must be 1 to 50 characters of a-z 0-9 . _ - that begin with a"
                    + " letter, but is \"" + component + "\"");
        }
        migrations = List.copyOf(migrations);
        if (migrations.isEmpty()) {
            throw new IllegalArgumentException("migrations of \"" + component + "\" must not be empty");
        }
        for (int i = 0; i < migrations.size(); i++) {
            if (migrations.get(i).version() != i + 1) {
                throw new IllegalArgumentException(
                        "migrations of \"" + component + "\" must have the versions 1, 2, 3, ...," + " but number "
                                + (i + 1) + " has version " + migrations.get(i).version());
            }
        }
    }

    /** The newest version, which the program needs. */
    public int version() {
        return migrations.size();
    }
}
