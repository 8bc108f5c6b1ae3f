package dev.parley.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.semconv.incubating.HttpIncubatingAttributes;
import io.opentelemetry.semconv.incubating.RpcIncubatingAttributes;
import io.opentelemetry.semconv.incubating.UrlIncubatingAttributes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names against those that OpenTelemetry publishes, and options against nonsense. */
class ConventionsTest {

    @Test
    void namesAreThoseOfTheConventions() {
        assertThat(Conventions.RPC_SYSTEM).isEqualTo(RpcIncubatingAttributes.RPC_SYSTEM_NAME);
        assertThat(Conventions.RPC_METHOD).isEqualTo(RpcIncubatingAttributes.RPC_METHOD);
        assertThat(Conventions.RPC_STATUS).isEqualTo(RpcIncubatingAttributes.RPC_RESPONSE_STATUS_CODE);
        assertThat(Conventions.HTTP_RESENDS).isEqualTo(HttpIncubatingAttributes.HTTP_REQUEST_RESEND_COUNT);
        assertThat(Conventions.HTTP_STATUS).isEqualTo(HttpIncubatingAttributes.HTTP_RESPONSE_STATUS_CODE);
        assertThat(Conventions.HTTP_ROUTE).isEqualTo(HttpIncubatingAttributes.HTTP_ROUTE);
        assertThat(Conventions.URL_FULL).isEqualTo(UrlIncubatingAttributes.URL_FULL);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 65_537, Integer.MAX_VALUE})
    void aLimitOfContentIsChecked(int limit) {
        assertThatThrownBy(() -> TelemetryOptions.defaults().withContentLimit(limit))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("contentLimit")
                .hasMessageContaining(Integer.toString(limit));
    }

    @Test
    void contentIsCutBetweenCharacters() {
        assertThat(Content.of("größe", 4)).isEqualTo("grö");
        assertThat(Content.of("größe", 3)).isEqualTo("gr");
        assertThat(Content.of("größe", 7)).isEqualTo("größe");
        assertThat(Content.of("😀x", 3)).isEmpty();
    }

    @Test
    void anAuthorityIsCutInTwo() {
        assertThat(HostPort.parse("shop:8080")).isEqualTo(new HostPort("shop", 8080));
        assertThat(HostPort.parse("[::1]:50051")).isEqualTo(new HostPort("::1", 50051));
        assertThat(HostPort.parse("shop")).isEqualTo(new HostPort("shop", -1));
        assertThat(HostPort.parse("::1")).isEqualTo(new HostPort("::1", -1));
        assertThat(HostPort.parse("shop:99999")).isEqualTo(new HostPort("shop:99999", -1));
        assertThat(HostPort.parse("in-process")).isEqualTo(new HostPort("in-process", -1));
    }
}
