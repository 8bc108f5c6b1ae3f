package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceAddressTest {

    @Test
    void aNameIsLookedUpInTheEnvironment() {
        Map<String, String> environment = Map.of("INVENTORY_SERVICE_V1_URL", "http://stock:81/api/");
        assertThat(ServiceAddress.of("inventory-service.v1", environment))
                .isEqualTo(new ServiceAddress("http", "stock:81", "/api"));
    }

    @Test
    void aMissingVariableIsNamed() {
        assertThatThrownBy(() -> ServiceAddress.of("inventory-service", Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INVENTORY_SERVICE_URL");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a b", "localhost:80", "ftp://x", "http://", "http://u:p@x", "http://x?y", "http://x y"})
    void wrongTargetsSaySo(String target) {
        assertThatThrownBy(() -> ServiceAddress.of(target, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("target");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://ada:hush@x", "http://ada:hush@x y"})
    void aPasswordIsNotRepeated(String target) {
        assertThatThrownBy(() -> ServiceAddress.of(target, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("hush")
                .hasNoCause();
    }

    @Test
    void aUrlNeedsNoEnvironment() {
        assertThat(ServiceAddress.url("https://stock/api//")).isEqualTo(new ServiceAddress("https", "stock", "/api"));
        assertThatThrownBy(() -> ServiceAddress.url("stock"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("base URL must be a URL such as http://host:port, but is \"stock\"");
    }
}
