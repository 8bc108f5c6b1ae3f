package dev.parley.tck.messaging;

import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** What tests of a run within a test have said. */
final class Failures {

    private Failures() {}

    /** Names and messages of those that have failed. */
    static List<String> of(Events events) {
        return reasons(events.failed());
    }

    /** Names and messages, each in one line, of tests that have ended otherwise than well. */
    static List<String> reasons(Events ended) {
        return ended.stream().map(Failures::reason).toList();
    }

    private static String reason(Event event) {
        String message = event.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .map(Throwable::getMessage)
                .orElse("");
        return event.getTestDescriptor().getDisplayName() + ": "
                + message.strip().replaceAll("\\s+", " ");
    }
}
