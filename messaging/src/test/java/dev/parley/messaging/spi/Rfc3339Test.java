package dev.parley.messaging.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is done by hand is what the JDK does. */
class Rfc3339Test {

    // From the year -2000 to 12000.
    private static final long FIRST = -125_000_000_000L;
    private static final long LAST = 316_000_000_000L;

    @Property
    void anyTimeIsWrittenAsTheJdkWritesItAndReadBack(
            @ForAll @LongRange(min = FIRST, max = LAST) long second,
            @ForAll @IntRange(max = 999_999_999) int nano,
            @ForAll @IntRange(max = 9) int digits) {
        int unit = (int) Math.pow(10, digits);
        Instant time = Instant.ofEpochSecond(second, (long) nano / unit * unit);
        String text = Rfc3339.format(time);
        assertThat(text).isEqualTo(DateTimeFormatter.ISO_INSTANT.format(time));
        assertThat(Rfc3339.parse(text)).isEqualTo(time);
    }

    @Provide
    Arbitrary<String> nearlyTimes() {
        Arbitrary<String> good = Arbitraries.of(
                "2026-11-27T03:51:07Z",
                "2026-11-27T03:51:07.1Z",
                "2024-02-29T23:59:59.123456789Z",
                "2026-11-27T03:51:07.123456+01:00",
                "0000-01-01T00:00:00Z",
                "2026-11-27T03:51Z");
        Arbitrary<Integer> at = Arbitraries.integers().between(0, 29);
        Arbitrary<Character> other =
                Arbitraries.of('0', '1', '2', '3', '6', '9', '-', ':', '.', 'T', 'Z', '+', ' ', '\u0663');
        return Combinators.combine(good, at, other).as((text, index, c) -> {
            int i = index % text.length();
            return text.substring(0, i) + c + text.substring(i + 1);
        });
    }

    @Property(tries = 5000)
    void oneCharacterOffIsReadOrRefusedAsTheJdkDoes(@ForAll("nearlyTimes") String text) {
        Instant expected;
        try {
            expected = OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            assertThatThrownBy(() -> Rfc3339.parse(text)).isInstanceOf(DateTimeException.class);
            return;
        }
        assertThat(Rfc3339.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2026-02-29T00:00:00Z",
                "2026-13-01T00:00:00Z",
                "2026-11-27T24:00:00Z",
                "2026-11-27T03:60:00Z",
                "2026-11-27T03:00:60Z",
                "2026-11-27T03:51:07.1234567890Z",
                "2026-11-27T03:51:07"
            })
    void whatIsNoTimeIsRefused(String text) {
        assertThatThrownBy(() -> Rfc3339.parse(text)).isInstanceOf(DateTimeException.class);
    }
}
