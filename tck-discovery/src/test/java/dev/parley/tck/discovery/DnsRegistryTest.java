package dev.parley.tck.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.DnsProvider;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.ServiceRegistry;
import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What is found by DNS, asked of Knot DNS. */
class DnsRegistryTest {

    private static NameServer server;

    @BeforeAll
    static void start() throws Exception {
        server = NameServer.start();
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static RegistryBackend.Answer ask(String service, String options) throws Exception {
        RegistryUri uri = RegistryUri.parse("dns://127.0.0.1:" + server.port() + '/' + options);
        try (RegistryBackend backend = new DnsProvider().open(uri, RegistryOptions.defaults())) {
            return backend.query(service, "", Duration.ZERO);
        }
    }

    private static List<String> ids(RegistryBackend.Answer answer) {
        return answer.instances().stream().map(ServiceInstance::id).toList();
    }

    @Test
    void addressesWithThePortOfTheName() throws Exception {
        server.set("shop.test", "inventory 60 A 127.0.0.3", "inventory 60 A 127.0.0.2");

        RegistryBackend.Answer answer = ask("inventory.shop.test:7001", "");

        assertThat(answer.instances())
                .containsExactly(
                        ServiceInstance.of("inventory.shop.test:7001", "127.0.0.2", 7001),
                        ServiceInstance.of("inventory.shop.test:7001", "127.0.0.3", 7001));
    }

    @Test
    void rotatedAnswersAreOne() throws Exception {
        server.set("shop.test", "round 60 A 127.0.0.2", "round 60 A 127.0.0.3", "round 60 A 127.0.0.4");
        Set<List<String>> orders = new HashSet<>();
        Set<RegistryBackend.Answer> answers = new HashSet<>();
        for (int i = 0; i < 200 && orders.size() < 2; i++) {
            orders.add(server.ask("round.shop.test", Type.A).getSection(Section.ANSWER).stream()
                    .map(record -> record.rdataToString())
                    .toList());
            answers.add(ask("round.shop.test:7001", ""));
        }
        assertThat(orders).as("the server rotates").hasSizeGreaterThan(1);
        for (int i = 0; i < 10; i++) {
            answers.add(ask("round.shop.test:7001", ""));
        }
        assertThat(answers).hasSize(1);
    }

    @Test
    void portOfTheOptions() throws Exception {
        server.set("shop.test", "plain 60 A 127.0.0.2");

        assertThat(ids(ask("plain.shop.test", "?port=81"))).containsExactly("127.0.0.2:81");
        assertThat(ids(ask("plain.shop.test:82", "?port=81"))).containsExactly("127.0.0.2:82");
    }

    @Test
    void familyOfAddresses() throws Exception {
        server.set("shop.test", "dual 60 A 127.0.0.2", "dual 60 AAAA fd00::2");
        server.set("shop.test", "six 60 AAAA fd00::6");

        assertThat(ids(ask("dual.shop.test:80", ""))).containsExactly("127.0.0.2:80");
        assertThat(ids(ask("six.shop.test:80", ""))).containsExactly("[fd00:0:0:0:0:0:0:6]:80");
        assertThat(ids(ask("dual.shop.test:80", "?family=ipv4"))).containsExactly("127.0.0.2:80");
        assertThat(ids(ask("dual.shop.test:80", "?family=ipv6"))).containsExactly("[fd00:0:0:0:0:0:0:2]:80");
        assertThat(ids(ask("dual.shop.test:80", "?family=both")))
                .containsExactly("127.0.0.2:80", "[fd00:0:0:0:0:0:0:2]:80");
        assertThat(ids(ask("six.shop.test:80", "?family=ipv4"))).isEmpty();
    }

    @Test
    void addressesAreTheirOwnAnswer() throws Exception {
        assertThat(ids(ask("127.0.0.9:80", ""))).containsExactly("127.0.0.9:80");
        assertThat(ids(ask("[::1]:80", ""))).containsExactly("[0:0:0:0:0:0:0:1]:80");
    }

    @Test
    void aliasesAreFollowedFromZoneToZone() throws Exception {
        server.set("shop.test", "old 60 CNAME middle.other.test.");
        server.set("other.test", "middle 60 CNAME new.shop.test.");
        server.set("shop.test", "new 60 A 127.0.0.5");

        assertThat(ids(ask("old.shop.test:80", ""))).containsExactly("127.0.0.5:80");
    }

    @Test
    void aliasesInACircleAreAnError() throws Exception {
        server.set("shop.test", "here 60 CNAME there.shop.test.");
        server.set("shop.test", "there 60 CNAME here.shop.test.");

        assertThatThrownBy(() -> ask("here.shop.test:80", ""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("here.shop.test");
    }

    @Test
    void servicesHavePortsAndWeights() throws Exception {
        server.set("shop.test", "a 60 A 127.0.0.2", "b 60 A 127.0.0.3");
        server.set("shop.test", "_grpc._tcp.pay 60 SRV 10 60 7001 a", "_grpc._tcp.pay 60 SRV 10 40 7002 b");

        RegistryBackend.Answer answer = ask("_grpc._tcp.pay.shop.test", "");

        String service = "_grpc._tcp.pay.shop.test";
        assertThat(answer.instances())
                .containsExactly(
                        ServiceInstance.of(service, "127.0.0.2", 7001)
                                .withWeight(60)
                                .withMetadata("target", "a.shop.test"),
                        ServiceInstance.of(service, "127.0.0.3", 7002)
                                .withWeight(40)
                                .withMetadata("target", "b.shop.test"));
    }

    @Test
    void targetsElsewhereAreLookedUp() throws Exception {
        server.set("other.test", "far 60 A 127.0.0.7");
        server.set("shop.test", "_grpc._tcp.far 60 SRV 0 0 7001 far.other.test.");
        assertThat(server.ask("_grpc._tcp.far.shop.test", Type.SRV).getSection(Section.ADDITIONAL))
                .as("came along")
                .noneMatch(record -> record.getType() == Type.A);

        assertThat(ids(ask("_grpc._tcp.far.shop.test", ""))).containsExactly("127.0.0.7:7001");
    }

    @Test
    void theLowestPriorityThatHasAddresses() throws Exception {
        server.set("shop.test", "first 60 A 127.0.0.2", "second 60 A 127.0.0.3", "third 60 A 127.0.0.4");
        server.set(
                "shop.test",
                "_p._tcp 60 SRV 1 0 7001 first",
                "_p._tcp 60 SRV 2 0 7002 second",
                "_p._tcp 60 SRV 2 0 7003 third");
        assertThat(ids(ask("_p._tcp.shop.test", ""))).containsExactly("127.0.0.2:7001");

        server.remove("shop.test", "first");
        assertThat(ids(ask("_p._tcp.shop.test", ""))).containsExactly("127.0.0.3:7002", "127.0.0.4:7003");
    }

    @Test
    void weightsOfZero() throws Exception {
        server.set("shop.test", "w1 60 A 127.0.0.2", "w2 60 A 127.0.0.3");
        server.set("shop.test", "_all._tcp 60 SRV 0 0 80 w1", "_all._tcp 60 SRV 0 0 80 w2");
        server.set("shop.test", "_one._tcp 60 SRV 0 0 80 w1", "_one._tcp 60 SRV 0 5 80 w2");

        assertThat(ask("_all._tcp.shop.test", "").instances())
                .extracting(ServiceInstance::weight)
                .containsExactly(1, 1);
        assertThat(ask("_one._tcp.shop.test", "").instances())
                .extracting(ServiceInstance::weight)
                .containsExactly(0, 5);
    }

    @Test
    void twoRecordsForOneAddressAreOneInstance() throws Exception {
        server.set("shop.test", "name1 60 A 127.0.0.2", "name2 60 A 127.0.0.2");
        server.set("shop.test", "_twice._tcp 60 SRV 0 3 80 name1", "_twice._tcp 60 SRV 0 9 80 name2");
        Set<List<ServiceInstance>> answers = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            answers.add(ask("_twice._tcp.shop.test", "").instances());
        }

        assertThat(answers).hasSize(1);
        assertThat(answers.iterator().next()).singleElement().satisfies(instance -> {
            assertThat(instance.weight()).isEqualTo(9);
            assertThat(instance.metadata()).isEqualTo(Map.of("target", "name2.shop.test"));
        });
    }

    @Test
    void serviceThatIsDecidedlyNotThere() throws Exception {
        server.set("shop.test", "_gone._tcp 60 SRV 0 0 0 .");

        assertThat(ask("_gone._tcp.shop.test", "").instances()).isEmpty();
    }

    @Test
    void portZeroIsAnError() throws Exception {
        server.set("shop.test", "_zero._tcp 60 SRV 0 0 0 inventory");

        assertThatThrownBy(() -> ask("_zero._tcp.shop.test", ""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("_zero._tcp.shop.test")
                .hasMessageContaining("inventory.shop.test")
                .hasMessageContaining("between 1 and 65535, but has 0");
    }

    @Test
    void answersHoldForTheirTtl() throws Exception {
        server.set("shop.test", "ttl 70 A 127.0.0.2");
        server.set("shop.test", "_ttl._tcp 90 SRV 0 0 80 ttl");
        server.set("shop.test", "flash 0 A 127.0.0.2");
        server.set("shop.test", "rock 86400 A 127.0.0.2");

        assertThat(ask("ttl.shop.test:80", "").refreshAfter()).contains(Duration.ofSeconds(70));
        assertThat(ask("_ttl._tcp.shop.test", "").refreshAfter()).contains(Duration.ofSeconds(70));
        assertThat(ask("flash.shop.test:80", "").refreshAfter()).contains(Duration.ofSeconds(1));
        assertThat(ask("rock.shop.test:80", "").refreshAfter()).contains(Duration.ofMinutes(5));
    }

    @Test
    void anAliasThatHoldsShorterCounts() throws Exception {
        server.set("shop.test", "quick 2 CNAME slow.other.test.");
        server.set("other.test", "slow 100 A 127.0.0.2");

        assertThat(ask("quick.shop.test:80", "").refreshAfter()).contains(Duration.ofSeconds(2));
    }

    @Test
    void nothingIsAnAnswerThatHoldsAsTheZoneSays() throws Exception {
        server.set("shop.test", "textonly 60 TXT hello");
        Duration negative = Duration.ofSeconds(NameServer.NEGATIVE_TTL);

        RegistryBackend.Answer noName = ask("nobody.shop.test:80", "");
        RegistryBackend.Answer noAddress = ask("textonly.shop.test:80", "");
        RegistryBackend.Answer noService = ask("_nothing._tcp.shop.test", "");

        for (RegistryBackend.Answer answer : List.of(noName, noAddress, noService)) {
            assertThat(answer.instances()).isEmpty();
            assertThat(answer.refreshAfter()).contains(negative);
        }
    }

    @Test
    void serversThatCannotTellAreAFailure() {
        assertThatThrownBy(() -> ask("inventory.broken.test:80", ""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("inventory.broken.test");
        assertThatThrownBy(() -> ask("inventory.unknown.test:80", ""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("REFUSED");
    }

    @Test
    void answersTooBigForADatagram() throws Exception {
        List<String> records = new ArrayList<>();
        Set<String> wanted = new HashSet<>();
        for (int i = 0; i < 400; i++) {
            String address = "127.1." + (i / 200) + '.' + (i % 200);
            records.add("big 60 A " + address);
            wanted.add(address + ":80");
        }
        server.set("shop.test", records.toArray(String[]::new));
        assertThat(server.ask("big.shop.test", Type.A).getSection(Section.ANSWER))
                .hasSize(400);

        List<String> ids = ids(ask("big.shop.test:80", ""));
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(new HashSet<>(ids)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                inventory.shop.test        | must have a port
                inventory.shop.test:0      | between 1 and 65535, but is "0"
                inventory.shop.test:65536  | between 1 and 65535, but is "65536"
                inventory.shop.test:http   | between 1 and 65535, but is "http"
                _grpc._tcp.shop.test:80    | must have no port
                ::1:80                     | in brackets
                :80                        | must be name:port
                a..b:80                    | must be a name of DNS
                """)
    void namesThatAreNone(String service, String message) {
        assertThatThrownBy(() -> ask(service, ""))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT))
                .hasMessageContaining(message)
                .hasMessageContaining(service.replaceFirst(":[^:]*$", ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                dns:///?ttl=5            | [family, port] only
                dns:///?family=6         | ipv4, ipv6 or both, but is "6"
                dns:///?port=0           | between 1 and 65535, but is "0"
                dns://127.0.0.1:x/       | between 1 and 65535, but is "x"
                dns://a:1,b:2/           | in brackets
                dns://::1/               | in brackets
                dns://[::1]:99999/       | between 1 and 65535, but is "99999"
                dns://:53/               | must be one name or address
                """)
    void urisThatAreNone(String uri, String message) {
        assertThatThrownBy(() -> ServiceRegistry.connect(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void nothingCanBeRegistered() {
        try (ServiceRegistry registry = ServiceRegistry.connect("dns:///")) {
            assertThat(registry.capabilities()).isEmpty();
            assertThatThrownBy(() -> registry.register(ServiceInstance.of("a", "127.0.0.1", 80)))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }
}
