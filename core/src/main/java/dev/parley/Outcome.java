package dev.parley;

import java.util.Optional;

/** How a call or a stream ended. */
public sealed interface Outcome {

    /** It ended as it should. */
    Outcome OK = new Ok();

    /** It ended with an error, cancellation included. */
    static Outcome failed(CallException error) {
        return new Failed(error);
    }

    /** See {@link #OK}. */
    record Ok() implements Outcome {
        @Override
        public boolean isOk() {
            return true;
        }

        @Override
        public Optional<Code> code() {
            return Optional.empty();
        }
    }

    /** See {@link #failed}. */
    record Failed(CallException error) implements Outcome {
        @Override
        public boolean isOk() {
            return false;
        }

        @Override
        public Optional<Code> code() {
            return Optional.of(error.code());
        }
    }

    // Not default methods: with one, initialising Ok would need Outcome, whose OK needs Ok; two threads could deadlock.

    /** Whether it ended without an error. */
    boolean isOk();

    /** The error's code; empty on success. */
    Optional<Code> code();
}
