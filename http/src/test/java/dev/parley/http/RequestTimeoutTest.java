package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Metadata;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTimeoutTest {

    private static final String NAME = RequestTimeout.HEADER;

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "1.5", "12345678901", "x", "1 ", "\u00b9"})
    void whatIsMalformedSaysSo(String header) {
        assertThatThrownBy(() -> RequestTimeout.read(Metadata.of(NAME, header), NAME))
                .isInstanceOfSatisfying(
                        CallException.class, error -> assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT))
                .hasMessageContaining(NAME)
                .hasMessageContaining('"' + header + '"');
    }

    @Test
    void milliseconds() {
        assertThat(RequestTimeout.read(new Metadata(), NAME)).isEmpty();
        assertThat(RequestTimeout.read(Metadata.of(NAME, "0"), NAME)).contains(Duration.ZERO);
        assertThat(RequestTimeout.read(Metadata.of(NAME, "9999999999"), NAME))
                .contains(Duration.ofMillis(9_999_999_999L));
    }

    @Test
    void whatIsLeftIsWritten() {
        assertThat(RequestTimeout.of(Deadline.after(Duration.ofSeconds(-1)))).isEqualTo("0");
        assertThat(Long.parseLong(RequestTimeout.of(Deadline.after(Duration.ofSeconds(60)))))
                .isBetween(30_000L, 60_000L);
        assertThat(RequestTimeout.of(Deadline.after(Duration.ofDays(3_000)))).isEqualTo("9999999999");
        assertThat(RequestTimeout.of(Deadline.NONE)).isEqualTo("9999999999");
    }
}
