package dev.parley.http;

import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** What the engine and Netty warn of while a fuzzer runs; a warning is a fault that was swallowed. */
final class FuzzLog {

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

    static void clear() {
        FIRST.set(null);
    }

    static void check() {
        LogRecord entry = FIRST.getAndSet(null);
        if (entry != null) {
            throw new AssertionError("logged: " + entry.getMessage(), entry.getThrown());
        }
    }
}
