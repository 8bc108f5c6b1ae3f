package dev.parley.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suite is worth something only if it fails for what is broken. */
class BrokenStoresTest {

    @ParameterizedTest
    @CsvSource({
        "ForgetsThePrincipal, aKeyIsOneCallersOfOneMethod",
        "GluesTheParts, aKeyIsOneCallersOfOneMethod",
        "IgnoresTheRequest, anotherRequestUnderTheKeyIsAMismatch",
        "IgnoresTheRequest, anotherRequestCannotTakeOver",
        "NeverEndsALease, aLeaseHoldsForItsTimeAndIsThenTakenOver",
        "CutsALeaseShort, aLeaseHoldsForItsTimeAndIsThenTakenOver",
        "DoesNotSayThatItTookOver, aLeaseHoldsForItsTimeAndIsThenTakenOver",
        "IgnoresTheToken, whoWasOvertakenChangesNothing",
        "LooksBeforeItClaims, ofManyClaimsAtOnceOneIsFirst",
        "LosesTheAnswer, anAnswerIsGivenBackByteForByte",
        "KeepsWhatWasAbandoned, abandoningFreesTheKey",
        "CompletesWhatIsDone, whatIsDoneStaysAsItIs",
        "CompletesWhatIsDone, whatWasNeverClaimedCannotBeSettled",
    })
    void suiteFindsIt(String fault, String test) {
        Set<String> failed = EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectMethod("dev.parley.tck.BrokenStores$" + fault + "#" + test))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .collect(Collectors.toSet());

        assertThat(failed).containsExactly(test + "()");
    }
}
