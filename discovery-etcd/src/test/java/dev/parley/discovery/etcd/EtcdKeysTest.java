package dev.parley.discovery.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.Registration;
import dev.parley.discovery.RegistrationOptions;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.spi.RegistryBackend;
import dev.parley.testing.Fixture;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The keys in etcd: ours, those of others, and those that are nobody's instance. */
class EtcdKeysTest {

    private static final RegistrationOptions BRIEF =
            RegistrationOptions.defaults().withTtl(Duration.ofSeconds(3));
    private static final RegistryOptions OPTIONS = RegistryOptions.defaults()
            .withMaxWait(Duration.ofSeconds(2))
            .withAnswerTimeout(Duration.ofSeconds(60))
            .withBackoff(Duration.ofMillis(20), Duration.ofMillis(250))
            .withKeepEmpty(Duration.ZERO);

    private static EtcdServer etcd;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    @BeforeAll
    static void startEtcd() throws Exception {
        etcd = EtcdServer.start();
    }

    @AfterAll
    static void stopEtcd() throws Exception {
        if (etcd != null) {
            etcd.close();
        }
    }

    private ServiceRegistry connect() {
        return fixture.open(ServiceRegistry.of(etcd.open(OPTIONS), OPTIONS));
    }

    private static ServiceInstance instance(String service, String id) {
        return ServiceInstance.of(service, "127.0.0.1", 7001).withId(id);
    }

    @Test
    void anInstanceIsJsonUnderItsName() throws Exception {
        String prefix = "/shop/services";
        ServiceRegistry registry = fixture.open(
                ServiceRegistry.connect("etcd://" + etcd.process.authority() + "?prefix=" + prefix, OPTIONS));
        Registration registration = registry.register(
                instance("json", "one").withMetadata("version", "2").withZone("a"), BRIEF.withReady(false));
        Seen.await(registration, Registration.State.REGISTERED);

        assertThat(etcd.get(prefix + "/json/one"))
                .isEqualTo("{\"id\":\"one\",\"service\":\"json\",\"host\":\"127.0.0.1\",\"port\":7001,"
                        + "\"metadata\":{\"version\":\"2\"},\"zone\":\"a\",\"weight\":1,\"ready\":false}");
        registration.close();
        assertThat(etcd.get(prefix + "/json/one")).isEmpty();
    }

    @Test
    void whatSomebodyElseWroteIsFoundIfItIsAnInstance() throws Exception {
        etcd.put("/services/foreign/x", "{\"host\":\"10.0.0.1\",\"port\":80,\"colour\":\"red\"}");
        assertThat(connect().discover("foreign").instances())
                .containsExactly(ServiceInstance.of("foreign", "10.0.0.1", 80).withId("x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "{}",
                "{\"host\":\"a\"}",
                "{\"host\":\"a\",\"port\":\"80\"}",
                "{\"host\":\"a\",\"port\":80.5}",
                "{\"host\":\"a\",\"port\":0}",
                "{\"host\":\"a\",\"port\":99999999999}",
                "{\"host\":\"\",\"port\":80}",
                "{\"host\":7,\"port\":80}",
                "{\"host\":\"a\",\"port\":80,\"id\":\"another\"}",
                "{\"host\":\"a\",\"port\":80,\"service\":\"another\"}",
                "{\"host\":\"a\",\"port\":80,\"metadata\":[]}",
                "{\"host\":\"a\",\"port\":80,\"metadata\":{\"a\":1}}",
                "{\"host\":\"a\",\"port\":80,\"weight\":-1}",
                "{\"host\":\"a\",\"port\":80,\"ready\":\"yes\"}",
                "{\"host\":\"a\",\"port\":80}}"
            })
    void aKeyThatIsNoInstanceIsLeftOutAndNeverAllThereIs(String value) throws Exception {
        String service = "broken-" + Integer.toHexString(value.hashCode());
        etcd.put("/services/" + service + "/bad", value);
        ServiceRegistry registry = connect();
        assertThatThrownBy(() -> registry.discover(service))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("/services/" + service + "/bad");

        etcd.put("/services/" + service + "/good", "{\"host\":\"10.0.0.1\",\"port\":80}");
        Seen seen = new Seen();
        fixture.open(registry.watch(service, seen));
        seen.awaitIds("good");

        etcd.put("/services/" + service + "/good", "spoilt");
        seen.await("the last good ones", found -> !found.isFresh());
        assertThat(seen.last().instances()).hasSize(1);
        assertThat(seen.last().stale().orElseThrow()).contains("/services/" + service);

        etcd.delete("/services/" + service + "/bad");
        etcd.delete("/services/" + service + "/good");
        seen.awaitIds();
    }

    @Test
    void aKeyDeeperDownIsNoInstance() throws Exception {
        etcd.put("/services/deep/a/b", "{\"host\":\"10.0.0.1\",\"port\":80}");
        etcd.put("/services/deep/a", "{\"host\":\"10.0.0.1\",\"port\":80}");
        assertThat(connect().discover("deep").instances()).hasSize(1);
    }

    @Test
    void whatSomethingElseKeepsUnderOurKeyIsNotOverwritten() throws Exception {
        etcd.put("/services/taken/one", "a lock of somebody's");
        Registration registration = connect().register(instance("taken", "one"), BRIEF);
        RegistryBackend backend = fixture.open(etcd.open(OPTIONS));

        assertThatThrownBy(() -> backend.register(instance("taken", "one"), BRIEF))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.ALREADY_EXISTS))
                .hasMessageContaining("/services/taken/one");
        assertThat(registration.state()).isEqualTo(Registration.State.PENDING);
        assertThat(etcd.get("/services/taken/one")).isEqualTo("a lock of somebody's");

        etcd.delete("/services/taken/one");
        Seen.await(registration, Registration.State.REGISTERED);
    }

    @Test
    void twoWithOneIdDoNotTakeItFromEachOtherForever() throws Exception {
        Registration first = connect().register(instance("twins", "one").withZone("first"), BRIEF);
        Seen.await(first, Registration.State.REGISTERED);
        Registration second = connect().register(instance("twins", "one").withZone("second"), BRIEF);
        Seen.await(second, Registration.State.REGISTERED);

        Seen.await(first, Registration.State.PENDING);
        Seen seen = new Seen();
        fixture.open(connect().watch("twins", seen));
        seen.await("the second", found -> zones(found.instances()).equals(List.of("second")));
        assertThat(second.state()).isEqualTo(Registration.State.REGISTERED);

        second.close();
        seen.await("the first", found -> zones(found.instances()).equals(List.of("first")));
        Seen.await(first, Registration.State.REGISTERED);
    }

    private static List<String> zones(List<ServiceInstance> instances) {
        return instances.stream().map(ServiceInstance::zone).toList();
    }

    @Test
    void aKeyThatSomebodyDeletesIsPutAgain() throws Exception {
        Registration registration = connect().register(instance("deleted", "one"), BRIEF);
        Seen.await(registration, Registration.State.REGISTERED);
        Seen seen = new Seen();
        fixture.open(connect().watch("deleted", seen));
        seen.awaitIds("one");

        etcd.delete("/services/deleted/one");

        seen.awaitIds();
        seen.awaitIds("one");
    }

    @Test
    void noLeaseIsLeftBehind() throws Exception {
        Set<String> before = leases();
        Registration registration = connect().register(instance("leases", "one"), BRIEF);
        Seen.await(registration, Registration.State.REGISTERED);
        assertThat(owned(before)).hasSize(1);
        registration.close();
        etcd.put("/services/leases/taken", "something");
        RegistryBackend backend = fixture.open(etcd.open(OPTIONS));
        assertThatThrownBy(() -> backend.register(instance("leases", "taken"), BRIEF))
                .isInstanceOf(CallException.class);

        assertThat(owned(before)).isEmpty();
    }

    /** Leases that were not there before; those of other tests may run out meanwhile. */
    private static Set<String> owned(Set<String> before) throws Exception {
        Set<String> now = leases();
        now.removeAll(before);
        return now;
    }

    private static Set<String> leases() throws Exception {
        Set<String> leases = new HashSet<>();
        Matcher id = Pattern.compile("\"ID\":\"([0-9]+)\"").matcher(etcd.post("lease/leases", "{}"));
        while (id.find()) {
            leases.add(id.group(1));
        }
        return leases;
    }

    @Test
    void anInstanceThatIsTooLargeIsRefusedForGood() throws Exception {
        ServiceInstance large = instance("large", "one").withMetadata("x", "y".repeat(1 << 20));
        Registration registration = connect().register(large, BRIEF);
        Seen.await(registration, Registration.State.CLOSED);
    }
}
