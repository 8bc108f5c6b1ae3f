package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.Code;
import java.util.Objects;

/** What a step takes for granted, and what it says if it is not so. */
final class Expect {

    private Expect() {}

    static void equal(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + " should be " + expected + ", but is " + actual);
        }
    }

    static void that(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("it should be that " + what);
        }
    }

    static CallException failure(Code code, Runnable call) {
        try {
            call.run();
        } catch (CallException e) {
            if (e.code() != code) {
                throw new AssertionError("the call should fail with " + code + ", but failed with " + e, e);
            }
            return e;
        }
        throw new AssertionError("the call should fail with " + code + ", but succeeded");
    }
}
