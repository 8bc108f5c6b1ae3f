package dev.parley.tck.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suites are worth something only if they fail for what is broken. */
class BrokenRegistriesTest {

    @ParameterizedTest
    @CsvSource({
        "StaleWatch, nothingOlderIsToldBehindNewer",
        "DeafWatch, eachChangeIsTold",
        "DeafWatch, whoWatchesBeforeItIsThereSeesItCome",
        "ForgetsToRenew, aLeaseRunsOutUnlessItIsRenewed",
        "NeverRunsOut, aLeaseRunsOutUnlessItIsRenewed",
        "NeverRunsOut, aCopyThatWasSilentForTooLongIsBackOnceItSpeaks",
        "TakesTheNeighbourOut, closingTakesOutThisOneAndNoNeighbour",
        "TakesTheSuccessorOut, aPredecessorDoesNotTakeItsSuccessorOut",
        "NeverTakesOut, closingTheRegistryTakesOutAll",
        "NeverTakesOut, closingTakesOutThisOneAndNoNeighbour",
        "ForgetsMetadata, aRegisteredInstanceIsDiscoveredWithAllItsFields",
        "ForgetsMetadata, metadataComesBackToTheLetter",
        "LosesNonAscii, metadataComesBackToTheLetter",
        "ReportsWhatIsNotReady, whatIsNotReadyIsNotFound",
        "NamesByPrefix, oneServiceIsNotAnother",
        "NamesTwice, whatIsThereIsDiscovered",
        "NamesTenAtMost, fiftyInstancesAreDiscovered",
        "RenewsWhatItDoesNotKnow, aForgottenRegistrationIsTakenAgain",
        "RenewsWhatItDoesNotKnow, afterAWipeAllRegisterAgain",
        "KeepsOneOfAnIdForAll, oneIdInTwoServicesIsTwoInstances",
    })
    void suiteFindsIt(String fault, String test) {
        Set<String> failed = EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectMethod(
                        "dev.parley.tck.discovery.BrokenRegistries$" + fault + "#" + test))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .collect(Collectors.toSet());

        assertThat(failed).containsExactly(test + "()");
    }
}
