package dev.parley.examples.shop.scenario;

/**
 * One thing that the shop must be able to do.
 *
 * @param title what, in a few words
 * @param play does it and checks it
 */
record Step(String title, Play play) {

    /** Plays a step. */
    @FunctionalInterface
    interface Play {
        /**
         * Does something on {@code stage} and checks what came of it.
         *
         * @return what was measured, in one line
         * @throws Exception if it is not as it should be
         */
        String on(Stage stage) throws Exception;
    }
}
