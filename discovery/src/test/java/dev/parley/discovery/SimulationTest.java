package dev.parley.discovery;

import static dev.parley.discovery.Scenarios.ALL_WELL;
import static dev.parley.discovery.Scenarios.BOUNDED_RING;
import static dev.parley.discovery.Scenarios.FAILING;
import static dev.parley.discovery.Scenarios.FLAPPING;
import static dev.parley.discovery.Scenarios.LEAST_LOADED;
import static dev.parley.discovery.Scenarios.NEW;
import static dev.parley.discovery.Scenarios.ODD;
import static dev.parley.discovery.Scenarios.RING;
import static dev.parley.discovery.Scenarios.ROUND_ROBIN;
import static dev.parley.discovery.Scenarios.SERVERS;
import static dev.parley.discovery.Scenarios.SLOW;
import static dev.parley.discovery.Scenarios.WEIGHTED;
import static dev.parley.discovery.Scenarios.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shape of what balancers do, over simulated minutes; {@link BalancingPictures} draws it. */
class SimulationTest {

    @Test
    void whereAllAreWellEachGetsItsShare() {
        for (double load : new double[] {0.05, 0.5, 0.8}) {
            for (Scenarios.Made exact : List.of(ROUND_ROBIN, WEIGHTED)) {
                assertShares(run(exact, ALL_WELL, load, 20, 1), 0.098, 0.102);
            }
            // With so few calls that loads hardly differ, it goes by the latest peaks of latency, which are chance.
            boolean idle = load < 0.1;
            assertShares(run(LEAST_LOADED, ALL_WELL, load, 20, 1), idle ? 0.04 : 0.08, idle ? 0.17 : 0.125);
            assertShares(run(RING, ALL_WELL, load, 20, 1), 0.07, 0.13);
        }
    }

    private static void assertShares(Simulation run, double least, double most) {
        for (int server = 0; server < SERVERS; server++) {
            assertThat(run.share(server, 1, 20)).isBetween(least, most);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.02, 0.2, 0.6})
    void oneOfTenThatIsTenTimesSlowerDoesNotShowInTheTailOfLeastLoaded(double load) {
        Simulation least = run(LEAST_LOADED, SLOW, load, 40, 1);
        Simulation robin = run(ROUND_ROBIN, SLOW, load, 40, 1);
        Simulation well = run(LEAST_LOADED, ALL_WELL, load, 40, 1);

        assertThat(least.percentile(0.99, 10)).isLessThan(robin.percentile(0.99, 10) / 4);
        assertThat(least.percentile(0.99, 10)).isLessThan(1.3 * well.percentile(0.99, 10));
        assertThat(least.share(ODD, 10, 40)).isLessThan(0.02).isPositive(); // it is asked now and then
        assertThat(robin.share(ODD, 10, 40)).isGreaterThan(load > 0.3 ? 0.01 : 0.03);
    }

    @Test
    void aBoundKeepsASlowEndpointOfARingFromQueuing() {
        Simulation bounded = run(BOUNDED_RING, SLOW, 0.3, 30, 1);
        Simulation unbounded = run(RING, SLOW, 0.3, 30, 1);
        assertThat(bounded.percentile(0.99, 10)).isLessThan(unbounded.percentile(0.99, 10) / 10);
    }

    @Test
    void whatFailsIsEjectedAfterFiveAttemptsAndTriedAfterItsTime() {
        for (Scenarios.Made each : List.of(LEAST_LOADED, ROUND_ROBIN, WEIGHTED, RING)) {
            Simulation run = run(each, FAILING, 0.1, 60, 1);
            assertThat(run.failedCalls()).isZero(); // each was repeated elsewhere
            // Five from second 10 on and those that were under way, and some from second 40 on, when it is tried again.
            assertThat(run.failedAttempts()).isBetween(6L, 40L);
            assertThat(run.share(ODD, 11, 39)).isLessThan(0.002);
            assertThat(run.share(ODD, 45, 55)).isLessThan(0.01);
        }
    }

    @Test
    void withoutEjectionRoundRobinKeepsAskingAndLeastLoadedLessAndLess() {
        Simulation robin = run(ROUND_ROBIN, FAILING, 0.1, 50, 1, ClusterPolicy::withoutOutliers);
        Simulation least = run(LEAST_LOADED, FAILING, 0.1, 50, 1, ClusterPolicy::withoutOutliers);
        assertThat(robin.share(ODD, 15, 50)).isGreaterThan(0.08);
        assertThat(least.share(ODD, 15, 50)).isLessThan(0.01);
    }

    @Test
    void whatFlapsIsLeftAloneForLongerEachTime() {
        Simulation run = run(LEAST_LOADED, FLAPPING, 0.05, 400, 1);
        assertThat(run.failedCalls()).isZero();
        assertThat(run.failedAttempts()).isBetween(5L, 80L);
        assertThat(run.share(ODD, 200, 400)).isLessThan(run.share(ODD, 0, 200));
    }

    @Test
    void aNewOneIsNotFloodedWhileItIsCold() {
        Simulation slowly = run(ROUND_ROBIN, NEW, 0.6, 45, 1);
        Simulation atOnce = run(ROUND_ROBIN, NEW, 0.6, 45, 1, ClusterPolicy::withoutSlowStart);
        assertThat(worst(slowly, 20, 30)).isLessThan(worst(atOnce, 20, 30) / 3);
        assertThat(slowly.share(SERVERS, 38, 45)).isBetween(0.089, 0.093);
        Simulation least = run(LEAST_LOADED, NEW, 0.6, 45, 1);
        assertThat(worst(least, 20, 30)).isLessThan(worst(atOnce, 20, 30) / 3);
    }

    private static double worst(Simulation run, double from, double to) {
        return run.answered().stream()
                .filter(each -> each.second() >= from && each.second() < to)
                .mapToDouble(Simulation.Answered::millis)
                .max()
                .orElseThrow();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        Simulation one = run(LEAST_LOADED, SLOW, 0.3, 5, 42);
        Simulation other = run(LEAST_LOADED, SLOW, 0.3, 5, 42);
        assertThat(one.answered()).isEqualTo(other.answered());
    }
}
