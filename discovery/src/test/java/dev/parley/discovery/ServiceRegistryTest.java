package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.testing.FakeTimer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Connecting, the static list, targets, and connections that are shared. */
class ServiceRegistryTest {

    @Test
    void anUnknownSchemeNamesTheKnownOnes() {
        assertThatThrownBy(() -> ServiceRegistry.connect("zookeeper://127.0.0.1:2181/s"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'zookeeper' of zookeeper://127.0.0.1:2181")
                .hasMessageContaining("static");
    }

    @Test
    void aStaticListIsItsInstancesWhateverTheService() throws Exception {
        FakeTimer timer = new FakeTimer();
        List<ServiceSnapshot> told = new CopyOnWriteArrayList<>();
        try (ServiceRegistry registry = ServiceRegistry.connect(
                "static:10.0.0.1:7001, [fd00::1]:7002,host:7003",
                RegistryOptions.defaults().withTimer(timer))) {
            assertThat(registry.discover("s").instances())
                    .containsExactly(
                            ServiceInstance.of("s", "10.0.0.1", 7001),
                            ServiceInstance.of("s", "fd00::1", 7002),
                            ServiceInstance.of("s", "host", 7003));
            registry.watch("s", told::add);
            Scripted.await("it is told", () -> !told.isEmpty());
            for (int n = 0; n < 10; n++) {
                timer.awaitWaiting(2); // the question, and what would cut it short
                timer.advance(Duration.ofSeconds(30));
            }
            assertThat(told).singleElement().matches(ServiceSnapshot::isFresh);
            assertThatThrownBy(() -> registry.register(ServiceInstance.of("s", "h", 1)))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("static");
        }
    }

    @Test
    void aStaticListThatIsNoneIsRefused() {
        for (String bad : List.of(
                "static:",
                "static:a",
                "static:a:0",
                "static:a:65536",
                "static:a:x",
                "static:a:1,",
                "static:a:1,a:1",
                "static:fd00::1:1",
                "static::1",
                "static:a:1?weight=2")) {
            assertThatThrownBy(() -> ServiceRegistry.connect(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("static");
        }
    }

    @Test
    void aTargetIsAUrlAServiceInARegistryOrANameInTheEnvironment() {
        ServiceTarget named = ServiceTarget.of(
                "inventory-service",
                Map.of("INVENTORY_SERVICE_URL", " consul://h:8500/inventory-service?tag=v2&tls=true "));
        assertThat(named.address().scheme()).isEqualTo("https");
        assertThat(named.address().authority()).isEqualTo("inventory-service");
        assertThat(named.registry())
                .contains(new RegistryUri("consul", "h:8500", "inventory-service", Map.of("tag", "v2")));
        assertThat(ServiceTarget.url("static:a:1,b:2").registry().orElseThrow().service())
                .isEqualTo("static");
        assertThat(ServiceTarget.url("http://h:1").registry()).isEmpty();
        assertThatThrownBy(() -> ServiceTarget.url("dns://h:53"))
                .hasMessageContaining("names no service")
                .hasMessageContaining("dns://h:53/user-service");
        assertThatThrownBy(() -> ServiceTarget.url("ftp://h"))
                .hasMessageContaining("http://host:port")
                .hasMessageContaining("dns, local, static")
                .hasMessageContaining("ftp://h");
        assertThatThrownBy(() -> ServiceTarget.url("consul://h/s?tls=yes")).hasMessageContaining("\"yes\"");
    }

    @Test
    void clustersOfOneRegistryShareIt() {
        RegistryUri one = RegistryUri.parse("static://127.0.0.1:7001/one");
        SharedRegistries.Use first = SharedRegistries.use(one);
        SharedRegistries.Use second = SharedRegistries.use(one);
        SharedRegistries.Use other = SharedRegistries.use(RegistryUri.parse("static:127.0.0.1:7009"));
        assertThat(second.registry()).isSameAs(first.registry());
        assertThat(other.registry()).isNotSameAs(first.registry());
        first.release();
        first.release(); // without effect
        assertThat(second.registry().discover("s").instances()).hasSize(1);
        second.release();
        assertThatThrownBy(() -> second.registry().discover("s"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(SharedRegistries.use(one).registry()).isNotSameAs(first.registry());
        other.release();
    }

    @Test
    void optionsOutOfRangeSayWhich() {
        RegistryOptions options = RegistryOptions.defaults();
        assertThatThrownBy(() -> options.withMaxWait(Duration.ZERO)).hasMessageContaining("maxWait");
        assertThatThrownBy(() -> options.withAnswerTimeout(Duration.ofDays(1))).hasMessageContaining("answerTimeout");
        assertThatThrownBy(() -> options.withBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("maxBackoff");
        assertThatThrownBy(() -> options.withKeepEmpty(Duration.ofSeconds(-1))).hasMessageContaining("keepEmpty");
    }
}
