package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** A test that needs what a broker lacks is reported as left out, with the reason, if the table says that it may lack it. */
class LeftOutTest {

    private static Events run(String subject, String test) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(
                        DiscoverySelectors.selectMethod("dev.parley.tck.messaging.PoorBrokers$" + subject + "#" + test))
                .execute()
                .testEvents();
    }

    @ParameterizedTest
    @CsvSource({
        "aScheduledMessageIsNeverEarly, DELAY",
        "aTimeThatIsPastIsNow, DELAY",
        "messagesOfOneKeyAreHandledInTheirOrder, ORDERED_BY_KEY",
        "competingConsumersKeepTheOrderOfKeys, ORDERED_BY_KEY",
        "differentKeysAreHandledAtOnce, ORDERED_BY_KEY",
        "messagesWithoutAKeyAreHandledByOrderedConsumersToo, ORDERED_BY_KEY",
        "aNewGroupCanBeginInThePast, REPLAY",
        "replayDisturbsNobody, REPLAY",
        "aMessageHasAPositionOfItsOwn, REPLAY",
        "patternsTakeTheTopicsThatTheyMatch, PATTERNS",
        "aGroupOfAPatternHasDeadLettersAndRetriesToo, PATTERNS",
        "whatWaitsForItsTimeIsNotForgotten, EXACT_DEPTH",
        "whoWasSilentForItsLeaseHasNoMoreSay, LEASE_EXTEND",
    })
    void isToldWithItsReasonUnlessItIsRequired(String test, String capability) {
        Events left = run("NotRequired", test);
        left.assertStatistics(all -> all.aborted(1).succeeded(0).failed(0));
        assertThat(Failures.reasons(left.aborted()))
                .containsExactly(test + "(): needs " + capability + ", which memory:// does not have");

        Events required = run("Required", test);
        required.assertStatistics(all -> all.aborted(0).succeeded(0).failed(1));
        assertThat(Failures.of(required))
                .singleElement()
                .asString()
                .contains("memory must have " + capability + ", but does not declare it");
    }

    @ParameterizedTest
    @CsvSource({"filesThatWereTornLoseNothingThatWasConfirmed", "aFullDiskRefusesPublicationsAndLosesNone"})
    void whatIsEmbeddedCannotLeaveItsFilesOut(String test) {
        Events events = run("WithoutFiles", test);
        events.assertStatistics(all -> all.aborted(0).succeeded(0).failed(1));
        assertThat(Failures.of(events)).singleElement().asString().contains("BrokerUnderTest.files() must say which");
    }
}
