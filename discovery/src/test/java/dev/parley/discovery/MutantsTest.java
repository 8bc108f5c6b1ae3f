package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The specification is worth something only if it fails for what is broken. */
class MutantsTest {

    @ParameterizedTest
    @CsvSource({
        "NeverReturns, itComesBackAfterThirtySecondsThenAfterSixty",
        "NeverReturns, whenOneComesBackAnotherMayBeEjected",
        "EjectsEverybody, aTenthIsEjectedAtMostButOneAtLeast",
        "NeverEjects, whatFailsFiveTimesInARowGetsNoMoreCalls",
        "NeverEjects, aDeadHostAndAHungOneCount",
        "NeverPanics, whenLessThanHalfAreWellAllAreCalledAndItSaysSo",
        "StartsAtFullSpeed, whatIsNewOrBackGetsItsShareLittleByLittle",
        "NeverForgives, itIsForgivenForEachGoodInterval",
        "CountsEveryError, anAnswerThatBlamesTheCallerIsASuccess",
        "IgnoresTried, anAttemptGoesWhereTheCallHasNotBeen",
        "CountsLocalRejections, whatWasNotTheEndpointsDoingDoesNotCount",
        "OverlooksDeadHosts, aDeadHostAndAHungOneCount",
        "ForgetsEndpoints, anEndpointKeepsItsStateWhateverTheRegistrySaysOfIt",
    })
    void theSpecificationNoticesAMutant(String mutant, String test) throws Exception {
        Set<String> failed = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Class.forName("dev.parley.discovery.Mutants$" + mutant)))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .map(event -> methodOf(event.getTestDescriptor()))
                .collect(Collectors.toSet());

        assertThat(failed).contains(test);
        // It is that mistake which is noticed: not everything fails.
        assertThat(failed).hasSizeLessThan(14);
    }

    private static String methodOf(TestDescriptor test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName())
                .orElse("");
    }
}
