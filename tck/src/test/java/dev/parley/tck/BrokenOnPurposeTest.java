package dev.parley.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.testkit.engine.EngineTestKit;

/** The suite is worth something only if it fails for what is broken. */
class BrokenOnPurposeTest {

    @ParameterizedTest
    @CsvSource({
        "SwallowsClose, earlyBreakCancelsTheProducer",
        "LosesTheLastMessage, responsesArriveInOrder",
        "EndsTwice, responsesArriveInOrder",
        "BuffersWithoutBound, serverWaitsForAClientThatDoesNotRead",
        "DropsTheFailure, failureArrivesBehindTheMessagesBeforeIt",
        "FailureOvertakesMessages, failureArrivesBehindTheMessagesBeforeIt",
        "IsReadTwice, streamIsReadOnce",
        "IgnoresCancellation, cancellationReachesAUnaryHandler",
    })
    void suiteFindsIt(String fault, String test) throws ClassNotFoundException {
        Set<String> failed = EngineTestKit.engine("junit-jupiter")
                .selectors(org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod(
                        "dev.parley.tck.Broken$" + fault + "#" + test))
                .execute()
                .testEvents()
                .failed()
                .stream()
                .map(event -> event.getTestDescriptor().getDisplayName())
                .collect(Collectors.toSet());

        assertThat(failed).containsExactly(test + "()");
    }
}
