package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.discovery.EmbeddedRegistry.Scope;
import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The catalog against a map of what has to be in it, under any order of changes and any course of time. */
class EmbeddedModelTest {

    private static final Duration TTL = Duration.ofSeconds(10);
    private static final Duration REAPED = Duration.ofSeconds(20);

    /** Something that happens. */
    sealed interface Step {}

    record Register(int service, int id, int port) implements Step {}

    record Deregister(int service, int id) implements Step {}

    record Report(int service, int id, HealthStatus status) implements Step {}

    record Pass(int seconds) implements Step {}

    /** What is known of an instance: since when it has its status, by the clock of the model. */
    private record Known(int port, HealthStatus status, long heard, long criticalSince) {
        Known at(long now) {
            long expired = heard + TTL.toSeconds();
            return status != HealthStatus.CRITICAL && now >= expired
                    ? new Known(port, HealthStatus.CRITICAL, heard, expired)
                    : this;
        }

        boolean reaped(long now) {
            return status == HealthStatus.CRITICAL && now >= criticalSince + REAPED.toSeconds();
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Integer> few = Arbitraries.integers().between(0, 2);
        Arbitrary<Step> step = Arbitraries.oneOf(
                Combinators.combine(few, few, Arbitraries.integers().between(1, 2))
                        .as(Register::new),
                Combinators.combine(few, few).as(Deregister::new),
                Combinators.combine(few, few, Arbitraries.of(HealthStatus.class))
                        .as(Report::new),
                Arbitraries.integers().between(1, 25).map(Pass::new));
        return step.list().ofMinSize(1).ofMaxSize(60);
    }

    @Property(tries = 300)
    void the_catalog_is_what_the_model_says(@ForAll("steps") List<Step> steps) throws Exception {
        FakeTimer timer = new FakeTimer();
        EmbeddedRegistry registry =
                new EmbeddedRegistry(EmbeddedRegistryOptions.defaults().withTimer(timer));
        EmbeddedWaits waits = registry.waits();
        Map<String, Known> model = new TreeMap<>();
        long now = 0;
        for (Step step : steps) {
            Map<String, String> before = shown(registry);
            long all = waits.await(Scope.ALL, 0, TTL);
            Map<Integer, Long> revisions = new TreeMap<>();
            for (int s = 0; s < 3; s++) {
                revisions.put(s, waits.await(Scope.service("s" + s), 0, TTL));
            }
            switch (step) {
                case Register(int service, int id, int port) -> {
                    registry.register(
                            EmbeddedService.of("i" + id, "s" + service, "", port),
                            List.of(new EmbeddedCheck(
                                    "c" + service + id,
                                    "lease",
                                    "",
                                    new EmbeddedCheck.Ttl(TTL),
                                    Optional.of(HealthStatus.PASSING),
                                    Optional.of(REAPED))),
                            true);
                    model.put("s" + service + "/i" + id, new Known(port, HealthStatus.PASSING, now, 0));
                }
                case Deregister(int service, int id) -> {
                    // By its id alone, as an agent does: whatever its name.
                    boolean known = model.keySet().removeIf(key -> key.endsWith("/i" + id));
                    assertThat(registry.deregister(EmbeddedRegistry.NODE, "i" + id))
                            .isEqualTo(known);
                    assertThat(service).isNotNegative();
                }
                case Report(int service, int id, HealthStatus status) -> {
                    Known known = model.get("s" + service + "/i" + id);
                    assertThat(registry.report(EmbeddedRegistry.NODE, "c" + service + id, status, ""))
                            .isEqualTo(known != null);
                    if (known != null) {
                        boolean was = known.status() == HealthStatus.CRITICAL;
                        model.put(
                                "s" + service + "/i" + id,
                                new Known(known.port(), status, now, was ? known.criticalSince() : now));
                    }
                }
                case Pass(int seconds) -> {
                    timer.advance(Duration.ofSeconds(seconds));
                    now += seconds;
                    long at = now;
                    model.replaceAll((key, known) -> known.at(at));
                    model.values().removeIf(known -> known.reaped(at));
                }
            }
            Map<String, String> after = shown(registry);
            assertThat(after)
                    .isEqualTo(model.entrySet().stream()
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey,
                                    each -> each.getValue().port() + " "
                                            + each.getValue().status())));
            assertThat(registry.services().keySet())
                    .isEqualTo(model.keySet().stream()
                            .map(key -> key.substring(0, 2))
                            .collect(Collectors.toSet()));
            // No revision goes back, and that of a service moves if anything of it does.
            assertThat(waits.await(Scope.ALL, 0, TTL)).isGreaterThanOrEqualTo(all);
            for (int s = 0; s < 3; s++) {
                String name = "s" + s;
                long revision = waits.await(Scope.service(name), 0, TTL);
                assertThat(revision).isGreaterThanOrEqualTo(revisions.get(s));
                if (!of(name, before).equals(of(name, after))) {
                    assertThat(revision).as(step.toString()).isGreaterThan(revisions.get(s));
                }
            }
        }
        registry.close();
    }

    private static Map<String, String> of(String name, Map<String, String> all) {
        return all.entrySet().stream()
                .filter(each -> each.getKey().startsWith(name))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static Map<String, String> shown(EmbeddedRegistry registry) {
        return registry.instances().stream()
                .collect(Collectors.toMap(
                        each -> each.service().name() + '/' + each.service().id(),
                        each -> each.service().port() + " " + each.status()));
    }
}
