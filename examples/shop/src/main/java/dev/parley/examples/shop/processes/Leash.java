package dev.parley.examples.shop.processes;

import java.io.IOException;
import java.time.Duration;

/**
 * Ends this process when the one that has started it is gone, however it went: the other end of our standard input is then
 * closed by the system, even if the parent was killed.
 */
final class Leash {

    private static final Duration MOST = Duration.ofSeconds(10);

    private Leash() {}

    static void hold() {
        // Not virtual: a read of standard input would hold on to a carrier.
        Thread.ofPlatform().daemon().name("shop-leash").start(() -> {
            awaitEnd();
            Thread.ofPlatform().daemon().name("shop-leash-end").start(Leash::haltIfItTakesTooLong);
            System.exit(0);
        });
    }

    private static void awaitEnd() {
        try {
            while (System.in.read() >= 0) {
                // nobody says anything here
            }
        } catch (IOException e) {
            // as good as its end
        }
    }

    private static void haltIfItTakesTooLong() {
        try {
            Thread.sleep(MOST);
        } catch (InterruptedException e) {
            // then at once
        }
        Runtime.getRuntime().halt(1);
    }
}
