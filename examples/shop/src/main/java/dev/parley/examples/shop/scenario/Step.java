package dev.parley.examples.shop.scenario;

/**
 * One thing that the shop must be able to do.
 *
 * @param <S> what it is played on: a {@link Stage}, all in one process, or a {@link Town}, in many
 * @param title what, in a few words
 * @param play does it and checks it
 */
record Step<S>(String title, Play<S> play) {

    /** Plays a step. */
    @FunctionalInterface
    interface Play<S> {
        /**
         * Does something on {@code stage} and checks what came of it.
         *
         * @return what was measured, in one line
         * @throws Exception if it is not as it should be
         */
        String on(S stage) throws Exception;
    }
}
