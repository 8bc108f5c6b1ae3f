package dev.parley.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * The kit's faults of servers and networks, held against brokers that do not stand them: each is found, and for that reason. {@link
 * ParleyBrokerTest} is what passes.
 */
@Tag("long") // most wait for what never comes
class BrokenServersTest {

    private static List<String> failures(String subject, String test) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectMethod("dev.parley.broker.BrokenServers$" + subject + "#" + test))
                .execute()
                .testEvents()
                .finished()
                .stream()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().map(Throwable::toString).orElse("passed"))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "Sound, aServerThatIsKilledUnderTrafficLosesNothing, passed",
        "Sound, connectionsThatAreCutUnderTrafficLoseNothing, passed",
        "KeepsAllInMemory, aServerThatIsKilledUnderTrafficLosesNothing, lost [1-9]|nobody had taken: a run without success",
        "KeepsAllInMemory, aServerThatIsStoppedUnderTrafficLosesNothing, lost [1-9]|nobody had taken: a run without success",
        "SwallowsFailures, aServerThatIsKilledUnderTrafficLosesNothing, lost [1-9]",
        "SwallowsFailures, aNetworkThatSwallowsEverythingLosesNothing, Expecting code to raise a throwable",
        "SwallowsFailures, aServerThatIsAwayIsToldAndFoundAgain, Expecting code to raise a throwable",
        "NeverComesBack, connectionsThatAreCutUnderTrafficLoseNothing, handled",
        "SaysNothing, aServerThatIsAwayIsToldAndFoundAgain, it says why",
        "Sound, theAckOfAConsumerThatWasFrozenPastItsLeaseDoesNotCount, passed",
        "TellsNoStaleOne, theAckOfAConsumerThatWasFrozenPastItsLeaseDoesNotCount, of its acknowledgements",
        "WaitsForTheFrozen, theAckOfAConsumerThatWasFrozenPastItsLeaseDoesNotCount, what the frozen one held",
        "WaitsForAFarewell, closingWhileTheServerIsAwayDoesNotHang, closed while the server is away",
    })
    void aBrokenServerIsFoundAndASoundOneIsNot(String subject, String test, String why) {
        assertThat(failures(subject, test)).singleElement().asString().containsPattern(why);
    }

    /** They pass as long as nothing happens between the two steps, which is what the faults are for. */
    @ParameterizedTest
    @CsvSource({
        "RetriesLate, consumersThatComeAndGoLoseNothing, passed",
        "RetriesLate, aServerThatIsKilledUnderTrafficLosesNothing, server killed: lost.* lost [1-9]",
        "RetriesLate, connectionsThatAreCutUnderTrafficLoseNothing, connections cut: lost.* lost [1-9]",
        "BuriesLate, consumersThatComeAndGoLoseNothing, passed",
        "BuriesLate, aServerThatIsKilledUnderTrafficLosesNothing, server killed: lost.* lost [1-9]",
        "BuriesLate, connectionsThatAreCutUnderTrafficLoseNothing, connections cut: lost.* lost [1-9]",
    })
    void whoAcknowledgesBeforeTheCopyIsWrittenIsFound(String subject, String test, String why) {
        assertThat(failures(subject, test)).singleElement().asString().containsPattern(why);
    }
}
