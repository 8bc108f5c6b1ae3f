package dev.parley;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Lets a canceller interrupt the thread that runs a handler, and only while it runs that handler.
 *
 * <p>States: idle (null), armed (the {@link Thread}), firing, fired. {@link #disarm} that meets a canceller between its
 * decision and its interrupt waits those few instructions out and then clears the flag, so that an interrupt never
 * reaches what the thread does next. Fired is final.
 */
@SuppressWarnings("ReferenceEquality") // a state is an identity
final class InterruptGate {

    private static final Object FIRING = new Object();
    private static final Object FIRED = new Object();
    private static final int SPINS = 64;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(InterruptGate.class, "state", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through STATE
    private volatile @Nullable Object state;

    // Outlives the Thread in state when that becomes fired. Only ever compared with the reader's own thread.
    private volatile @Nullable Thread owner;

    /** Names the current thread as the one to interrupt. False if the gate has fired: do not start. */
    boolean arm() {
        Object before = STATE.compareAndExchange(this, null, Thread.currentThread());
        if (before instanceof Thread) {
            throw new IllegalStateException("a call is run by one thread at a time");
        }
        if (before != null) {
            return false;
        }
        owner = Thread.currentThread();
        return true;
    }

    /** Whether the current thread is between {@link #arm} and {@link #disarm}, fired or not. */
    boolean isArmedHere() {
        return owner == Thread.currentThread();
    }

    /**
     * The current thread is done; afterwards no interrupt of this gate can reach it.
     *
     * @return whether an interrupt was taken back; it may have stood for one from another source as well
     */
    @SuppressWarnings("ThreadPriorityCheck") // yield: the canceller may need this core to finish
    boolean disarm() {
        owner = null;
        if (STATE.compareAndSet(this, Thread.currentThread(), null)) {
            return false;
        }
        for (int spins = 0; STATE.getVolatile(this) == FIRING; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        return STATE.getVolatile(this) == FIRED && Thread.interrupted();
    }

    /** Disarms, but keeps the interrupt if the call around was cancelled as well. */
    void leave() {
        if (disarm() && CallScope.CURRENT.isBound()) {
            Call around = CallScope.CURRENT.get();
            if (CallScope.interruptsHere(around) && around.cancellation().isPresent()) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Interrupts the armed thread, if there is one, and lets none be armed from now on. */
    void fire() {
        while (true) {
            Object seen = STATE.getVolatile(this);
            if (seen == FIRING || seen == FIRED) {
                return;
            }
            if (STATE.compareAndSet(this, seen, seen == null ? FIRED : FIRING)) {
                if (seen instanceof Thread thread) {
                    thread.interrupt();
                    STATE.setVolatile(this, FIRED);
                }
                return;
            }
        }
    }
}
