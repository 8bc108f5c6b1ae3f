package dev.parley.tck;

import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What is logged through {@code java.util.logging} while a {@link Fuzzer} runs; a warning is a fault that was swallowed. */
public final class FuzzLog {

    private static final AtomicReference<@Nullable LogRecord> FIRST = new AtomicReference<>();
    private static final Logger ROOT = Logger.getLogger(""); // held: a logger that is collected forgets its handlers

    static {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        ROOT.setLevel(Level.WARNING);
        ROOT.addHandler(new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
                    FIRST.compareAndSet(null, entry);
                }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    private FuzzLog() {}

    /** Forgets what was logged. */
    public static void clear() {
        FIRST.set(null);
    }

    /**
     * Looks at what was logged since.
     *
     * @throws AssertionError if there was a warning
     */
    public static void check() {
        LogRecord entry = FIRST.getAndSet(null);
        if (entry != null) {
            throw new AssertionError("logged: " + entry.getMessage(), entry.getThrown());
        }
    }
}
