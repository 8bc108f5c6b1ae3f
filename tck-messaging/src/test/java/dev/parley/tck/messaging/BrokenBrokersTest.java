package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suites are worth something only if they fail for what is broken. */
class BrokenBrokersTest {

    @ParameterizedTest
    @CsvSource({
        "LosesEveryTwentieth, fiveThousandThatWaitAreAllDelivered",
        "LosesEveryTwentieth, consumersThatComeAndGoLoseNothing",
        "SchedulesEarly, aScheduledMessageIsNeverEarly",
        "MayNotSchedule, aScheduledMessageIsNeverEarly",
        "CutsLargePayloads, theLargestMessageIsAcceptedAndOneByteMoreRefused",
        "TakesOversized, theLargestMessageIsAcceptedAndOneByteMoreRefused",
        "LosesNonAscii, everyFieldComesBackToTheLetter",
        "LosesNonAscii, longIdsAndManyHeadersComeBack",
        "CutsBytesToSeven, everyByteComesBack",
        "ForgetsTheExpiry, whatHasExpiredIsDropped",
        "ForgetsTheExpiry, everyFieldComesBackToTheLetter",
        "DeclaresLess, itCanDoWhatItsRowRequires",
        "MissesWhatFollowsASubscription, whatIsPublishedBehindASubscriptionIsNotMissed",
        "HasOneQueueForAllGroups, groupsDoNotSeeEachOther",
        "HasOneQueueForAllGroups, fiftySubscribersAtOnce",
        "GivesEachConsumerAll, competingConsumersShare",
        "ForgetsAGroupThatIsAway, whoComesBackGoesOnWhereItWas",
        "StartsFromTheEarliest, whatIsPublishedBehindASubscriptionIsNotMissed",
        "StartsFromTheEarliest, aNewGroupCanBeginInThePast",
        "StartsFromTheLatest, aNewGroupCanBeginInThePast",
        "TakesAStarForMany, patternsTakeTheTopicsThatTheyMatch",
        "NeverForgetsAGroup, aDeletedGroupIsForgotten",
        "ReordersAKey, messagesOfOneKeyAreHandledInTheirOrder",
        "OrdersForOneConsumerAlone, competingConsumersKeepTheOrderOfKeys",
        "OneAtATimeWhereOrdered, differentKeysAreHandledAtOnce",
        "AcksFirst, aRetriedMessageComesAgainAsItWas",
        "AcksFirst, closeCancelsAHandlerThatDoesNotEndAndItsMessageComesAgain",
        "AcksFirst, closeGivesBackWhatWasNotHandled",
        "ForgetsAcks, whatIsAcknowledgedNeverComesAgain",
        "ForgetsAcks, closeWaitsForAHandlerAndSettlesWhatItSays",
        "LosesOnClose, closeGivesBackWhatWasNotHandled",
        "LosesOnClose, closeCancelsAHandlerThatDoesNotEndAndItsMessageComesAgain",
        "LosesOnClose, consumersThatComeAndGoLoseNothing",
        "HonoursAStaleLease, whoWasSilentForItsLeaseHasNoMoreSay",
        "KeepsQuietAboutAStaleLease, whoWasSilentForItsLeaseHasNoMoreSay",
        "NeverExtends, whoIsSlowKeepsItsMessage",
        "CountsReleases, aReleasedMessageComesAgainUncounted",
        "DropsDeadLetters, aRejectedMessageIsADeadLetterAtOnce",
        "DropsDeadLetters, aPayloadThatCannotBeReadIsADeadLetter",
        "DropsDeadLetters, whatFailsTooOftenIsADeadLetter",
        "RetriesEarly, aRetryIsNeverEarly",
        "RetriesEarly, aRetryWaitsForTheBackoff",
        "RetriesForAllGroups, groupsDoNotSeeEachOther",
        "ForgetsTheCause, aLetterKeepsAllThatIsKnown",
        "ForgetsTheCause, errorsBecomeDispositionsByTheTable",
        "WaitsAtTheHead, aMessageThatWaitsForItsRetryHoldsUpNoOther",
        "TakesMoreThanThePrefetch, noMoreThanThePrefetchIsHeld",
        "TakesMoreThanThePrefetch, aSlowGroupHoldsUpNoOther",
        "NamesARedeliveryAnew, aRetriedMessageComesAgainAsItWas",
        "CountsNoAttempts, whatFailsTooOftenIsADeadLetter",
        "CountsNoAttempts, aRetriedMessageComesAgainAsItWas",
        "ForgetsTheFirstFailure, aRetriedMessageComesAgainAsItWas",
        "ForgetsTheFirstFailure, aLetterKeepsAllThatIsKnown",
        "RedrivesToAllGroups, aRedrivenMessageGoesToItsOwnGroupAlone",
        "RedrivesAndKeeps, oneIsRedrivenByItsIdAndOnce",
        "RedrivesAndKeeps, allAreRedriven",
        "RedrivesToNobody, thoseOfAFilterAreRedrivenAtARate",
        "RedrivesToNobody, whatFailsAgainIsALetterAgain",
        "LettersWithoutTrace, aLetterKeepsAllThatIsKnown",
        "LettersWithoutPosition, aLetterKeepsAllThatIsKnown",
        "CountsNothingInFlight, theStatisticsFollowWhatHappens",
        "CountsNoDeadLetters, theStatisticsFollowWhatHappens",
    })
    void suiteFindsIt(String fault, String test) {
        Set<String> failed = EngineTestKit.engine("junit-jupiter")
                .selectors(
                        DiscoverySelectors.selectMethod("dev.parley.tck.messaging.BrokenBrokers$" + fault + "#" + test))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .collect(Collectors.toSet());

        assertThat(failed).containsExactly(test + "()");
    }
}
