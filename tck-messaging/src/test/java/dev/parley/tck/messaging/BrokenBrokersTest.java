package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/**
 * The suites are worth something only if they fail for what is broken, and for that reason: each fault with a test that finds it, and what
 * that says. What is not broken passes the same tests under the same conditions.
 */
class BrokenBrokersTest {

    private static final String SOUND = "BrokenBrokers$Sound";

    /** Fault, test, and a pattern that is in what the test fails with. */
    private static final List<Found> ALL = """
            BrokenBrokers$LosesEveryTwentieth | fiveThousandThatWaitAreAllDelivered | stuck at \\d+ of 5000
            BrokenBrokers$LosesEveryTwentieth | consumersThatComeAndGoLoseNothing | consumers come and go, 5 times: lost
            BrokenBrokers$SchedulesAnHourEarly | aScheduledMessageIsNeverEarly | unexpected: \\["hour"\\]
            BrokenBrokers$MayNotSchedule | aScheduledMessageIsNeverEarly | unexpected: \\["hour"\\]
            BrokenBrokers$CutsLargePayloads | theLargestMessageIsAcceptedAndOneByteMoreRefused | the same bytes
            BrokenBrokers$TakesOversized | theLargestMessageIsAcceptedAndOneByteMoreRefused | Expecting code to raise a throwable
            BrokenBrokers$LosesNonAscii | everyFieldComesBackToTheLetter | gr\\?\\?e
            BrokenBrokers$LosesNonAscii | longIdsAndManyHeadersComeBack | value 0 \\?
            BrokenBrokers$CutsBytesToSeven | everyByteComesBack | payload 0
            BrokenBrokers$ForgetsTheExpiry | whatHasExpiredIsDropped | unexpected: \\["stale"\\]
            BrokenBrokers$ForgetsTheExpiry | everyFieldComesBackToTheLetter | expiry=Optional.empty
            BrokenBrokers$DeclaresLess | itCanDoWhatItsRowRequires | could not find.*REPLAY
            BrokenBrokers$MissesWhatFollowsASubscription | whatIsPublishedBehindASubscriptionIsNotMissed | not within .* after\\d
            BrokenBrokers$HasOneQueueForAllGroups | groupsDoNotSeeEachOther | 10 dead letters in .*\\.failing|each twice
            BrokenBrokers$HasOneQueueForAllGroups | fiftySubscribersAtOnce | 50 messages in each group
            BrokenBrokers$GivesEachConsumerAll | competingConsumersShare | actual: 200L
            BrokenBrokers$ForgetsAGroupThatIsAway | whoComesBackGoesOnWhereItWas | 5 messages; the handler has seen 0
            BrokenBrokers$StartsFromTheEarliest | whatIsPublishedBehindASubscriptionIsNotMissed | unexpected: \\["before\\d"\\]
            BrokenBrokers$StartsFromTheEarliest | aNewGroupCanBeginInThePast | not to contain \\["a1"
            BrokenBrokers$StartsFromTheLatest | aNewGroupCanBeginInThePast | 20 messages; the handler has seen 0
            BrokenBrokers$TakesAStarForMany | patternsTakeTheTopicsThatTheyMatch | exactly in any order|messages; the handler has seen
            BrokenBrokers$NeverForgetsAGroup | aDeletedGroupIsForgotten | unexpected: \\["old1"
            BrokenBrokers$ReordersAKey | messagesOfOneKeyAreHandledInTheirOrder | "k1-2", "k1-1"
            BrokenBrokers$OrdersForOneConsumerAlone | competingConsumersKeepTheOrderOfKeys | "k\\d+-\\d+", "k\\d+-1"
            BrokenBrokers$ReordersAKey | consumersThatComeAndGoKeepTheOrderOfKeys | in order: first deliveries of k\\d-\\d
            BrokenBrokers$OrdersWithinAConsumer | consumersThatComeAndGoKeepTheOrderOfKeys | in order: first deliveries of k\\d-\\d
            BrokenBrokers$OneAtATimeWhereOrdered | differentKeysAreHandledAtOnce | 16 messages; the handler has seen 1
            BrokenBrokers$AcksFirst | aRetriedMessageComesAgainAsItWas | three deliveries; the handler has seen 1
            BrokenBrokers$AcksFirst | closeCancelsAHandlerThatDoesNotEndAndItsMessageComesAgain | 1 messages; the handler has seen 0
            BrokenBrokers$AcksFirst | closeGivesBackWhatWasNotHandled | : the others
            BrokenBrokers$ForgetsAcks | whatIsAcknowledgedNeverComesAgain | not expected: \\["m1"
            BrokenBrokers$ForgetsAcks | closeWaitsForAHandlerAndSettlesWhatItSays | not expected: \\["one"\\]
            BrokenBrokers$LosesOnClose | closeGivesBackWhatWasNotHandled | : the others
            BrokenBrokers$LosesOnClose | closeCancelsAHandlerThatDoesNotEndAndItsMessageComesAgain | 1 messages; the handler has seen 0
            BrokenBrokers$LosesOnClose | consumersThatComeAndGoLoseNothing | consumers come and go, 5 times: lost
            BrokenBrokers$HonoursAStaleLease | whoWasSilentForItsLeaseHasNoMoreSay | refused of ack by a stale consumer.*\\[\\]
            BrokenBrokers$KeepsQuietAboutAStaleLease | whoWasSilentForItsLeaseHasNoMoreSay | refused of ack by a stale consumer.*\\[\\]
            BrokenBrokers$NeverExtends | whoIsSlowKeepsItsMessage | : it is acknowledged|contain exactly .*\\[1\\]
            BrokenBrokers$CountsReleases | aReleasedMessageComesAgainUncounted | eight deliveries; the handler has seen 3
            BrokenBrokers$DropsDeadLetters | aRejectedMessageIsADeadLetterAtOnce | 1 dead letters in .*reject
            BrokenBrokers$DropsDeadLetters | consumersThatComeAndGoLoseNothing | consumers come and go, 5 times: lost
            BrokenBrokers$DropsWhatIsRetried | consumersThatComeAndGoLoseNothing | consumers come and go, 5 times: lost
            BrokenBrokers$DropsDeadLetters | aPayloadThatCannotBeReadIsADeadLetter | 1 dead letters in .*undecodable
            BrokenBrokers$DropsDeadLetters | whatFailsTooOftenIsADeadLetter | 1 dead letters in .*exhausted
            BrokenBrokers$RetriesAtOnce | aRetryIsNeverEarly | in front of all, to be tried in minutes
            BrokenBrokers$RetriesAtOnce | aRetryWaitsForTheBackoff | 0\\.398S|"one", "one"
            BrokenBrokers$RetriesForAllGroups | groupsDoNotSeeEachOther | Expected size: 11 but was: 21
            BrokenBrokers$ForgetsTheCause | aLetterKeepsAllThatIsKnown | "last c\u00e4use"
            BrokenBrokers$ForgetsTheCause | errorsBecomeDispositionsByTheTable | because of
            BrokenBrokers$WaitsAtTheHead | aMessageThatWaitsForItsRetryHoldsUpNoOther | 5 messages; the handler has seen 1
            BrokenBrokers$TakesMoreThanThePrefetch | noMoreThanThePrefetchIsHeld | less than or equal to: 4|36 messages|: 4\\b
            BrokenBrokers$TakesMoreThanThePrefetch | aSlowGroupHoldsUpNoOther | less than or equal to: 3|: 3\\b
            BrokenBrokers$NamesARedeliveryAnew | aRetriedMessageComesAgainAsItWas | unexpected: \\["[-0-9a-f]+-2"
            BrokenBrokers$CountsNoAttempts | whatFailsTooOftenIsADeadLetter | 1 dead letters in .*exhausted
            BrokenBrokers$CountsNoAttempts | aRetriedMessageComesAgainAsItWas | \\[1, 1, 1\\]
            BrokenBrokers$ForgetsTheFirstFailure | aRetriedMessageComesAgainAsItWas | Expecting Optional to contain a value
            BrokenBrokers$ForgetsTheFirstFailure | aLetterKeepsAllThatIsKnown | No value present
            BrokenLetters$RedrivesToAllGroups | aRedrivenMessageGoesToItsOwnGroupAlone | not expected: \\["[ab]"
            BrokenLetters$RedrivesAndKeeps | oneIsRedrivenByItsIdAndOnce | the second time
            BrokenLetters$RedrivesAndKeeps | allAreRedriven | Expecting empty but was.*"m10"
            BrokenLetters$RedrivesToNobody | thoseOfAFilterAreRedrivenAtARate | five more; the handler has seen 7
            BrokenLetters$RedrivesToNobody | whatFailsAgainIsALetterAgain | once more; the handler has seen 1
            BrokenLetters$LettersWithoutTrace | aLetterKeepsAllThatIsKnown | headers=\\{\\}
            BrokenLetters$LettersWithoutPosition | aLetterKeepsAllThatIsKnown | expected: "1" but was: "10"
            BrokenLetters$CountsNothingInFlight | theStatisticsFollowWhatHappens | two in flight, four that wait, but are
            BrokenLetters$CountsNoDeadLetters | theStatisticsFollowWhatHappens | empty but for two dead letters, but are
            BrokenLetters$CountsNoRedeliveries | agesAndRedeliveriesAreToldAndAllOfItAsMetrics | one redelivered, .* but are
            BrokenLetters$TellsAnAgeOfNothing | agesAndRedeliveriesAreToldAndAllOfItAsMetrics | empty, without an age, .* but are
            BrokenLetters$DoesNotAge | agesAndRedeliveriesAreToldAndAllOfItAsMetrics | older, but are
            """.lines().map(Found::of).toList();

    /** Most wait most of the time, for what never comes: so many are run at once. */
    private static final int AT_ONCE = 8;

    private static final Map<String, Future<Events>> RUNS = new LinkedHashMap<>();

    private static final ExecutorService THREADS = Executors.newFixedThreadPool(AT_ONCE);

    record Found(String fault, String test, String why) {

        static Found of(String line) {
            String[] parts = line.split(" \\| ", 3);
            return new Found(parts[0], parts[1], parts[2]);
        }

        @Override
        public String toString() {
            return fault + ", " + test;
        }
    }

    static List<Found> all() {
        return ALL;
    }

    static Stream<String> tests() {
        return ALL.stream().map(Found::test).distinct();
    }

    private static Events run(String fault, String test) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectMethod("dev.parley.tck.messaging." + fault + "#" + test))
                .execute()
                .testEvents();
    }

    @BeforeAll
    static void runAll() {
        ALL.forEach(each -> RUNS.put(each.toString(), THREADS.submit(() -> run(each.fault, each.test))));
        tests().forEach(test -> RUNS.put(test, THREADS.submit(() -> run(SOUND, test))));
    }

    @AfterAll
    static void end() {
        THREADS.shutdownNow();
    }

    private static Events result(String name) throws Exception {
        return Optional.ofNullable(RUNS.get(name)).orElseThrow().get();
    }

    @ParameterizedTest
    @MethodSource("all")
    void suiteFindsIt(Found found) throws Exception {
        assertThat(Failures.of(result(found.toString())))
                .singleElement()
                .asString()
                .startsWith(found.test + "()")
                .containsPattern(found.why);
    }

    @ParameterizedTest
    @MethodSource("tests")
    void whatIsSoundPasses(String test) throws Exception {
        Events events = result(test);
        assertThat(Failures.of(events)).isEmpty();
        assertThat(events.succeeded().count()).isEqualTo(1);
    }
}
