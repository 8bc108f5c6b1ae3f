package dev.parley.store;

/** A thread of the platform that runs the transactions of one store: virtual ones would close a socket when they are interrupted. */
final class StoreThread extends Thread {
    private final AbstractStore store;

    StoreThread(AbstractStore store, String name, Runnable task) {
        super(task, name);
        this.store = store;
        setDaemon(true);
    }

    /** Whether the current thread is one of this store's. */
    static boolean isOf(AbstractStore store) {
        return Thread.currentThread() instanceof StoreThread thread && thread.store.equals(store);
    }
}
