package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.parley.resilience.spec.Until;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The specifications are worth something only if they fail for what is broken. */
class MutantsTest {

    @ParameterizedTest
    @CsvSource({
        "NeverHalfOpens, letsThreeProbesThroughAfterItsTime",
        "NeverHalfOpens, closesWhenAllProbesSucceedAndNotBefore",
        "ClosesAtTheFirstGoodProbe, closesWhenAllProbesSucceedAndNotBefore",
        "NeverOpens, opensAfterFiveFailuresInARow",
        "HasNoRate, opensWhenHalfOfTwentyCallsFail",
        "NeverForgets, forgetsWhatIsOlderThanTheWindow",
        "CountsEveryError, whatTheServiceAnswersToAWrongRequestIsASuccess",
        "CountsLocalRejections, whatAPolicyBehindRefusesIsNotCounted",
        "CountsCancellations, whatTheCallerCancelsIsNotCounted",
        "ForgetsGenerations, callsFromBeforeItOpenedChangeNothing",
        "WaitsForProbesForEver, probesThatNeverEndDoNotBlockForEver",
        "HasNoLimit, letsCallsRunUpToItsLimit",
        "GivesUpTooEarly, nobodyWaitsLongerThanTheLongestWait",
        "QueuesWithoutBound, refusesWhenTheQueueIsFullAndSaysSo",
        "LeaksOnErrors, aFailedCallGivesItsSlotBack",
        "LeaksOnCancellations, aCancelledCallGivesItsSlotBack",
        "LeaksOnRejections, aRejectedCallGivesItsSlotBack",
        "NeverRefills, letsOneThroughInEachInterval",
        "BurstsWithoutBound, savesUpABurstAndNoMore",
        "BurstsWithoutBound, letsABurstThroughAndRefusesTheNextWithTheTimeToComeBack",
        "RunsTwiceAsFast, letsOneThroughInEachInterval",
        "NeverWaits, whoMayWaitRunsWhenItsTurnHasCome",
        "HalvesTheTime, aCallInTimePassesAndLeavesNothingBehind",
        "LeavesItsAlarmBehind, aCallInTimePassesAndLeavesNothingBehind",
        "NeverFires, aCallThatTakesTooLongEndsWithAnErrorThatNamesTheLimit",
        "NeverSheds, refusesSomeWhenCallsGetInEachOthersWay",
        "ShedsBelowTheMinimum, neverRefusesWhileTheMinimumRuns",
        "NeverRecovers, letsMoreThroughWhenCallsAreQuickAgain",
        "HasOneBaselineForAll, aMethodThatIsSlowByNatureIsNoOverload",
        "KeepsPlacesOfFailures, whatFailsOrIsCancelledGivesItsPlaceBackAndIsNoMeasure",
    })
    void theSpecificationNoticesAMutant(String mutant, String test) throws Exception {
        EngineTestKit.Builder run = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Class.forName("dev.parley.resilience.Mutants$" + mutant)))
                .filters((PostDiscoveryFilter) found -> FilterResult.includedIf(
                        !(found.getSource().orElse(null) instanceof MethodSource) || isOf(found, test)));
        // What a mutant never does is waited for in vain.
        Set<String> failed =
                ScopedValue.where(Until.PATIENCE, Duration.ofSeconds(1))
                        .call(run::execute)
                        .testEvents()
                        .failed()
                        .stream()
                        .map(event -> methodOf(event.getTestDescriptor()))
                        .collect(Collectors.toSet());

        assertThat(failed).containsExactly(test);
    }

    private static boolean isOf(TestDescriptor found, String test) {
        return methodOf(found).equals(test);
    }

    private static String methodOf(TestDescriptor test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName())
                .orElse("");
    }
}
