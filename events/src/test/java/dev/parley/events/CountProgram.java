package dev.parley.events;

import dev.parley.store.Store;

/** A process to be killed: {@code URI}; counts all the time, in small batches. */
final class CountProgram {

    private CountProgram() {}

    public static void main(String[] arguments) throws Exception {
        try (Store store = Stores.open(arguments[0])) {
            WindowedCount<OrderEvent> count =
                    WindowedCountTest.count(store, EventStore.on(store, OrderEvent.class, EventBusTest.CATALOG), 1);
            while (true) {
                count.catchUp();
                Thread.sleep(1);
            }
        }
    }
}
