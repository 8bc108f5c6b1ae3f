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
        "BrokenBrokers$LosesEveryTwentieth, fiveThousandThatWaitAreAllDelivered",
        "BrokenBrokers$LosesEveryTwentieth, consumersThatComeAndGoLoseNothing",
        "BrokenBrokers$SchedulesEarly, aScheduledMessageIsNeverEarly",
        "BrokenBrokers$MayNotSchedule, aScheduledMessageIsNeverEarly",
        "BrokenBrokers$CutsLargePayloads, theLargestMessageIsAcceptedAndOneByteMoreRefused",
        "BrokenBrokers$TakesOversized, theLargestMessageIsAcceptedAndOneByteMoreRefused",
        "BrokenBrokers$LosesNonAscii, everyFieldComesBackToTheLetter",
        "BrokenBrokers$LosesNonAscii, longIdsAndManyHeadersComeBack",
        "BrokenBrokers$CutsBytesToSeven, everyByteComesBack",
        "BrokenBrokers$ForgetsTheExpiry, whatHasExpiredIsDropped",
        "BrokenBrokers$ForgetsTheExpiry, everyFieldComesBackToTheLetter",
        "BrokenBrokers$DeclaresLess, itCanDoWhatItsRowRequires",
        "BrokenBrokers$MissesWhatFollowsASubscription, whatIsPublishedBehindASubscriptionIsNotMissed",
        "BrokenBrokers$HasOneQueueForAllGroups, groupsDoNotSeeEachOther",
        "BrokenBrokers$HasOneQueueForAllGroups, fiftySubscribersAtOnce",
        "BrokenBrokers$GivesEachConsumerAll, competingConsumersShare",
        "BrokenBrokers$ForgetsAGroupThatIsAway, whoComesBackGoesOnWhereItWas",
        "BrokenBrokers$StartsFromTheEarliest, whatIsPublishedBehindASubscriptionIsNotMissed",
        "BrokenBrokers$StartsFromTheEarliest, aNewGroupCanBeginInThePast",
        "BrokenBrokers$StartsFromTheLatest, aNewGroupCanBeginInThePast",
        "BrokenBrokers$TakesAStarForMany, patternsTakeTheTopicsThatTheyMatch",
        "BrokenBrokers$NeverForgetsAGroup, aDeletedGroupIsForgotten",
        "BrokenBrokers$ReordersAKey, messagesOfOneKeyAreHandledInTheirOrder",
        "BrokenBrokers$OrdersForOneConsumerAlone, competingConsumersKeepTheOrderOfKeys",
        "BrokenBrokers$OneAtATimeWhereOrdered, differentKeysAreHandledAtOnce",
        "BrokenBrokers$AcksFirst, aRetriedMessageComesAgainAsItWas",
        "BrokenBrokers$AcksFirst, closeCancelsAHandlerThatDoesNotEndAndItsMessageComesAgain",
        "BrokenBrokers$AcksFirst, closeGivesBackWhatWasNotHandled",
        "BrokenBrokers$ForgetsAcks, whatIsAcknowledgedNeverComesAgain",
        "BrokenBrokers$ForgetsAcks, closeWaitsForAHandlerAndSettlesWhatItSays",
        "BrokenBrokers$LosesOnClose, closeGivesBackWhatWasNotHandled",
        "BrokenBrokers$LosesOnClose, closeCancelsAHandlerThatDoesNotEndAndItsMessageComesAgain",
        "BrokenBrokers$LosesOnClose, consumersThatComeAndGoLoseNothing",
        "BrokenBrokers$HonoursAStaleLease, whoWasSilentForItsLeaseHasNoMoreSay",
        "BrokenBrokers$KeepsQuietAboutAStaleLease, whoWasSilentForItsLeaseHasNoMoreSay",
        "BrokenBrokers$NeverExtends, whoIsSlowKeepsItsMessage",
        "BrokenBrokers$CountsReleases, aReleasedMessageComesAgainUncounted",
        "BrokenBrokers$DropsDeadLetters, aRejectedMessageIsADeadLetterAtOnce",
        "BrokenBrokers$DropsDeadLetters, aPayloadThatCannotBeReadIsADeadLetter",
        "BrokenBrokers$DropsDeadLetters, whatFailsTooOftenIsADeadLetter",
        "BrokenBrokers$RetriesEarly, aRetryIsNeverEarly",
        "BrokenBrokers$RetriesEarly, aRetryWaitsForTheBackoff",
        "BrokenBrokers$RetriesForAllGroups, groupsDoNotSeeEachOther",
        "BrokenBrokers$ForgetsTheCause, aLetterKeepsAllThatIsKnown",
        "BrokenBrokers$ForgetsTheCause, errorsBecomeDispositionsByTheTable",
        "BrokenBrokers$WaitsAtTheHead, aMessageThatWaitsForItsRetryHoldsUpNoOther",
        "BrokenBrokers$TakesMoreThanThePrefetch, noMoreThanThePrefetchIsHeld",
        "BrokenBrokers$TakesMoreThanThePrefetch, aSlowGroupHoldsUpNoOther",
        "BrokenBrokers$NamesARedeliveryAnew, aRetriedMessageComesAgainAsItWas",
        "BrokenBrokers$CountsNoAttempts, whatFailsTooOftenIsADeadLetter",
        "BrokenBrokers$CountsNoAttempts, aRetriedMessageComesAgainAsItWas",
        "BrokenBrokers$ForgetsTheFirstFailure, aRetriedMessageComesAgainAsItWas",
        "BrokenBrokers$ForgetsTheFirstFailure, aLetterKeepsAllThatIsKnown",
        "BrokenLetters$RedrivesToAllGroups, aRedrivenMessageGoesToItsOwnGroupAlone",
        "BrokenLetters$RedrivesAndKeeps, oneIsRedrivenByItsIdAndOnce",
        "BrokenLetters$RedrivesAndKeeps, allAreRedriven",
        "BrokenLetters$RedrivesToNobody, thoseOfAFilterAreRedrivenAtARate",
        "BrokenLetters$RedrivesToNobody, whatFailsAgainIsALetterAgain",
        "BrokenLetters$LettersWithoutTrace, aLetterKeepsAllThatIsKnown",
        "BrokenLetters$LettersWithoutPosition, aLetterKeepsAllThatIsKnown",
        "BrokenLetters$CountsNothingInFlight, theStatisticsFollowWhatHappens",
        "BrokenLetters$CountsNoDeadLetters, theStatisticsFollowWhatHappens",
    })
    void suiteFindsIt(String fault, String test) {
        Set<String> failed = EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectMethod("dev.parley.tck.messaging." + fault + "#" + test))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .collect(Collectors.toSet());

        assertThat(failed).containsExactly(test + "()");
    }
}
