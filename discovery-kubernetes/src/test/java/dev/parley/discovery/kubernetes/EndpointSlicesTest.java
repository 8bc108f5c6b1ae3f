package dev.parley.discovery.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.discovery.RegistryOptions;
import dev.parley.discovery.RegistryUri;
import dev.parley.discovery.ServiceInstance;
import dev.parley.discovery.spi.RegistryBackend;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What slices mean. They are in the form that the API's reference documents, made up for these tests. */
class EndpointSlicesTest {

    private static final String HTTP = "{\"name\":\"http\",\"protocol\":\"TCP\",\"port\":8080}";
    private static final String GRPC =
            "{\"name\":\"grpc\",\"protocol\":\"TCP\",\"port\":9090,\"appProtocol\":\"kubernetes.io/h2c\"}";
    private static final String DNS = "{\"name\":\"dns\",\"protocol\":\"UDP\",\"port\":53}";

    @TempDir
    private Path folder;

    private ApiServer server;

    @BeforeEach
    void start() {
        server = ApiServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private List<ServiceInstance> found(String options, String... slices) throws Exception {
        server.listSays(200, ApiServer.list("7", slices));
        try (RegistryBackend backend = new KubernetesProvider()
                .open(
                        RegistryUri.parse("k8s:///" + options),
                        RegistryOptions.defaults().withEnvironment(server.environment(folder)))) {
            return backend.query("pay", "", Duration.ZERO).instances();
        }
    }

    private static String slice(String name, String type, String ports, String... endpoints) {
        return "{\"metadata\":{\"name\":\"" + name + "\",\"resourceVersion\":\"5\"},\"addressType\":\"" + type
                + "\",\"ports\":[" + ports + "],\"endpoints\":[" + String.join(",", endpoints) + "]}";
    }

    private static String endpoint(String address, String conditions) {
        return "{\"addresses\":[\"" + address + "\"],\"conditions\":{" + conditions + "}}";
    }

    private static String pod(String name, String address) {
        return "{\"addresses\":[\"" + address
                + "\"],\"conditions\":{\"ready\":true},\"targetRef\":{\"kind\":\"Pod\",\"name\":\"" + name + "\"}}";
    }

    @Test
    void allThatASliceSays() throws Exception {
        String slice = """
                {
                  "apiVersion": "discovery.k8s.io/v1",
                  "kind": "EndpointSlice",
                  "metadata": {
                    "name": "pay-abc12",
                    "namespace": "shop",
                    "generateName": "pay-",
                    "resourceVersion": "4711",
                    "labels": {
                      "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                      "kubernetes.io/service-name": "pay"
                    }
                  },
                  "addressType": "IPv4",
                  "endpoints": [
                    {
                      "addresses": ["10.1.2.3"],
                      "conditions": {"ready": true, "serving": true, "terminating": false},
                      "hostname": "pay-0",
                      "nodeName": "node-1",
                      "targetRef": {"kind": "Pod", "name": "pay-0", "namespace": "shop", "uid": "6f4b"},
                      "zone": "us-west2-a",
                      "hints": {"forZones": [{"name": "us-west2-a"}]}
                    }
                  ],
                  "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}]
                }
                """;

        assertThat(found("", slice))
                .containsExactly(ServiceInstance.of("pay", "10.1.2.3", 8080)
                        .withId("pay-0")
                        .withZone("us-west2-a")
                        .withMetadata("node", "node-1"));
    }

    @Test
    void conditions() throws Exception {
        String slice = slice(
                "pay-a",
                "IPv4",
                HTTP,
                endpoint("10.0.0.1", ""),
                endpoint("10.0.0.2", "\"ready\":true"),
                endpoint("10.0.0.3", "\"ready\":false"),
                endpoint("10.0.0.4", "\"ready\":true,\"serving\":false"),
                endpoint("10.0.0.5", "\"ready\":true,\"serving\":true,\"terminating\":true"),
                endpoint("10.0.0.6", "\"ready\":true,\"serving\":null,\"terminating\":false"),
                "{\"addresses\":[\"10.0.0.7\"]}");

        assertThat(found("", slice))
                .extracting(ServiceInstance::host)
                .containsExactly("10.0.0.1", "10.0.0.2", "10.0.0.6", "10.0.0.7");
    }

    @Test
    void allTerminatingIsNone() throws Exception {
        assertThat(found(
                        "",
                        slice(
                                "pay-a",
                                "IPv4",
                                HTTP,
                                endpoint("10.0.0.1", "\"ready\":false,\"serving\":true,\"terminating\":true"))))
                .isEmpty();
    }

    @Test
    void slicesAreMergedWhateverTheirOrder() throws Exception {
        String a = slice("pay-a", "IPv4", HTTP, pod("p1", "10.0.0.1"), pod("p2", "10.0.0.2"));
        // while a controller moves an endpoint it is in both
        String b = slice("pay-b", "IPv4", HTTP, pod("p3", "10.0.0.3"), pod("p2", "10.0.0.2"));

        List<ServiceInstance> one = found("", a, b);

        assertThat(one).extracting(ServiceInstance::id).containsExactly("p1", "p2", "p3");
        assertThat(found("", b, a)).isEqualTo(one);
    }

    @Test
    void readyInOneSliceIsEnough() throws Exception {
        assertThat(found(
                        "",
                        slice("pay-a", "IPv4", HTTP, endpoint("10.0.0.1", "\"ready\":false")),
                        slice("pay-b", "IPv4", HTTP, endpoint("10.0.0.1", "\"ready\":true"))))
                .extracting(ServiceInstance::host)
                .containsExactly("10.0.0.1");
    }

    @Test
    void aPodWithBothFamiliesIsOne() throws Exception {
        String four = slice("pay-a", "IPv4", HTTP, pod("p1", "10.0.0.1"));
        String six = slice("pay-6", "IPv6", HTTP, pod("p1", "fd00::1"), pod("p2", "fd00::2"));

        assertThat(found("", six, four))
                .extracting(ServiceInstance::authority)
                .containsExactly("10.0.0.1:8080", "[fd00::2]:8080");
    }

    @Test
    void oneNameAtTwoAddressesIsTwo() throws Exception {
        assertThat(found("", slice("pay-a", "IPv4", HTTP, pod("p1", "10.0.0.1"), pod("p1", "10.0.0.2"))))
                .extracting(ServiceInstance::id)
                .containsExactly("10.0.0.2:8080", "p1");
    }

    @Test
    void hostNamesAreHosts() throws Exception {
        assertThat(found("", slice("pay-f", "FQDN", HTTP, endpoint("pay.example.org", "\"ready\":true"))))
                .containsExactly(ServiceInstance.of("pay", "pay.example.org", 8080));
    }

    @Test
    void portsByNameAndNumber() throws Exception {
        String both = slice("pay-a", "IPv4", HTTP + ',' + GRPC + ',' + DNS, endpoint("10.0.0.1", ""));
        // a named targetPort may be another number in another pod
        String other = slice("pay-b", "IPv4", "{\"name\":\"http\",\"port\":8081}", endpoint("10.0.0.2", ""));

        assertThat(found("?port=grpc", both, other))
                .extracting(ServiceInstance::authority)
                .containsExactly("10.0.0.1:9090");
        assertThat(found("?port=http", both, other))
                .extracting(ServiceInstance::authority)
                .containsExactly("10.0.0.1:8080", "10.0.0.2:8081");
        assertThat(found("?port=9090", both)).extracting(ServiceInstance::port).containsExactly(9090);
        // a slice whose port has no number means all of them
        assertThat(found("?port=1234", slice("pay-c", "IPv4", "{\"name\":\"any\"}", endpoint("10.0.0.3", ""))))
                .extracting(ServiceInstance::authority)
                .containsExactly("10.0.0.3:1234");
    }

    @Test
    void portsThatAreNotThere() {
        String both = slice("pay-a", "IPv4", HTTP + ',' + GRPC + ',' + DNS, endpoint("10.0.0.1", ""));

        assertThatThrownBy(() -> found("", both))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("dns (53 UDP), grpc (9090), http (8080)")
                .hasMessageContaining("?port=");
        assertThatThrownBy(() -> found("?port=metrics", both))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("named \"metrics\"")
                .hasMessageContaining("grpc (9090)");
        assertThatThrownBy(() -> found("?port=dns", both)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> found("?port=1", both))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("number 1");
    }

    @Test
    void aServiceWithoutEndpointsIsEmptyWhateverThePort() throws Exception {
        assertThat(found(
                        "?port=metrics",
                        "{\"metadata\":{\"name\":\"pay-a\",\"resourceVersion\":\"5\"},\"addressType\":\"IPv4\","
                                + "\"ports\":null,\"endpoints\":null}"))
                .isEmpty();
        assertThat(found("?port=metrics")).isEmpty();
    }

    @Test
    void slicesThatAreMalformed() {
        assertThatThrownBy(() -> found("", slice("pay-a", "IPv9", HTTP, endpoint("10.0.0.1", ""))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("IPv9");
        assertThatThrownBy(() -> found(
                        "", slice("pay-a", "IPv4", "{\"name\":\"http\",\"port\":70000}", endpoint("10.0.0.1", ""))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("70000");
        assertThatThrownBy(() -> found("", slice("", "IPv4", HTTP, endpoint("10.0.0.1", ""))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("metadata.name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pay", "pay.shop", "-pay", "pay_1", "x,y"})
    void namesThatAreNone(String service) throws Exception {
        try (RegistryBackend backend = new KubernetesProvider()
                .open(
                        RegistryUri.parse("k8s:///"),
                        RegistryOptions.defaults().withEnvironment(server.environment(folder)))) {
            assertThatThrownBy(() -> backend.query(service, "", Duration.ZERO))
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_ARGUMENT))
                    .hasMessageContaining(service);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k8s://10.0.0.1:6443/pay",
                "k8s:///pay?ns=shop",
                "k8s:///pay?namespace=Shop",
                "k8s:///pay?port=0",
                "k8s:///pay?port=65536",
                "k8s:///pay?port=HTTP",
                "k8s:///pay?port=",
                "k8s:///pay?context=other"
            })
    void urisThatAreNone(String uri) throws Exception {
        Map<String, String> environment = server.environment(folder);
        String value = uri.contains("=") ? uri.substring(uri.indexOf('=') + 1) : "10.0.0.1:6443";
        assertThatThrownBy(() -> new KubernetesProvider()
                        .open(RegistryUri.parse(uri), RegistryOptions.defaults().withEnvironment(environment)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(uri.contains("ns=") ? "[ns]" : value);
    }
}
