package dev.parley.resilience.spec;

import dev.parley.Code;

/** A way for calls to go through a policy, whose end the test decides. */
public interface Lane extends AutoCloseable {

    /** Starts a call without a deadline. */
    default Started start() {
        return start("Do");
    }

    /** Starts a call to {@code method} without a deadline. */
    Started start(String method);

    /** Frees what the lane holds. */
    @Override
    void close();

    /** What the caller of a refused call is told. */
    record Refusal(Code code, String message) {}

    /** One call. */
    interface Started {
        /** Returns once the handler has the call; fails if it was refused instead. */
        void awaitHandler();

        /** Returns once the call was refused, with what its caller was told; fails if the handler has it instead. */
        Refusal awaitRefusal();

        /** Returns once the call has failed, with what its caller was told. */
        Refusal awaitError();

        /** Whether the handler was asked so far. */
        boolean reached();

        /** The handler answers well; returns once the policy knows. */
        void succeed();

        /** The service behind answers with an error; returns once the policy knows. */
        void fail(Code code);

        /** A policy behind this one refuses the call; returns once this one knows. */
        void reject();

        /** The caller leaves; returns once the policy knows. */
        void cancel();
    }
}
