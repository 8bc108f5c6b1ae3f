package dev.parley.cli;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Cancels the call when the process is told to end (Ctrl-C, SIGTERM), and waits until the server has been told. */
final class Interruption implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 1;

    private final CountDownLatch done = new CountDownLatch(1);
    private final CallException reason = new CallException(Code.CANCELLED, "interrupted");
    private final CallScope call;
    private final Thread hook = Thread.ofPlatform().unstarted(this::interrupt);

    Interruption(CallScope call) {
        this.call = call;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void interrupt() {
        call.cancel(reason);
        try {
            done.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // then without waiting
        }
    }

    /** Whether {@code call} was ended by its user, who needs no error for that. */
    static boolean ended(CallScope call) {
        return call.cancellation().isPresent();
    }

    @Override
    public void close() {
        done.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // It runs already.
        }
    }
}
