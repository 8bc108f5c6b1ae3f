package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** The tests of durability pass for a broker that is durable, and fail for those that are not. */
class DurableSuiteTest {

    private static Events run(String subject, String test) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectMethod(
                        "dev.parley.tck.messaging.JournalBrokers$" + subject + "#" + test))
                .execute()
                .testEvents();
    }

    @ParameterizedTest
    @CsvSource({
        "aConsumerKilledBeforeDuringOrAfterItsEffectLosesNothing",
        "aPublisherThatIsKilledLosesNothingThatWasConfirmed",
        "theAckOfAConsumerThatWasFrozenPastItsLeaseDoesNotCount",
        "filesThatWereTornLoseNothingThatWasConfirmed",
        "aFullDiskRefusesPublicationsAndLosesNone",
    })
    void aSoundBrokerPasses(String test) {
        run("Sound", test).assertStatistics(all -> all.succeeded(1).failed(0));
    }

    @Test
    @Tag("long")
    void aSoundBrokerPassesAMassacre() {
        run("Sound", "processesThatAreKilledAgainAndAgainLoseNothing")
                .assertStatistics(all -> all.succeeded(1).failed(0));
    }

    @ParameterizedTest
    @Tag("long")
    @CsvSource({
        "ConfirmsEarly, aPublisherThatIsKilledLosesNothingThatWasConfirmed, publisher killed: lost",
        "DoneBeforeHandled, aConsumerKilledBeforeDuringOrAfterItsEffectLosesNothing, the effect: lost",
        "DoneBeforeCopied, processesThatAreKilledAgainAndAgainLoseNothing, 'killed, five times: lost'",
        "WritesBehindATornLine, filesThatWereTornLoseNothingThatWasConfirmed, cannot replay",
        "NoticesAFullDiskLate, aFullDiskRefusesPublicationsAndLosesNone, disk full: lost",
    })
    void aBrokenOneIsFound(String subject, String test, String why) {
        assertThat(Failures.of(run(subject, test))).singleElement().asString().contains(why);
    }
}
