package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.NumericChars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataTest {

    @Test
    void namesIgnoreCaseAndValuesKeepOrder() {
        Metadata headers = Metadata.of("Accept", "a", "X-B", "1", "ACCEPT", "b");
        assertThat(headers.get("aCCept")).contains("a");
        assertThat(headers.getAll("accept")).containsExactly("a", "b");
        assertThat(headers.names()).containsExactly("accept", "x-b");
        assertThat(headers.size()).isEqualTo(3);
        List<String> all = new ArrayList<>();
        headers.forEach((name, value) -> all.add(name + "=" + value));
        assertThat(all).containsExactly("accept=a", "x-b=1", "accept=b");
    }

    @Test
    void putReplacesAllAndRemoveTakesAll() {
        Metadata headers = Metadata.of("a", "1", "b", "2", "a", "3");
        assertThat(headers.put("A", "4").getAll("a")).containsExactly("4");
        assertThat(headers.remove("B").names()).containsExactly("a");
        assertThat(headers.remove("a").isEmpty()).isTrue();
        assertThat(headers.contains("a")).isFalse();
    }

    @Test
    void refusedPutChangesNothing() {
        Metadata headers = Metadata.of("a", "1");
        assertThatThrownBy(() -> headers.put("a", "x\r\ny")).isInstanceOf(IllegalArgumentException.class);
        assertThat(headers).isEqualTo(Metadata.of("a", "1"));
    }

    @Test
    void copyAndAddAll() {
        Metadata headers = Metadata.of("a", "1");
        Metadata copy = new Metadata(headers).addAll(Metadata.of("b", "2"));
        assertThat(headers.size()).isEqualTo(1);
        assertThat(copy).isEqualTo(Metadata.of("a", "1", "b", "2")).isNotEqualTo(headers);
        assertThat(copy).hasSameHashCodeAs(Metadata.of("a", "1", "b", "2"));
        assertThatThrownBy(() -> Metadata.of("a")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", ":path", "a\n", "a\r", "ä", "a\u0000", "a(", "X-\u212A", "\u0130A"})
    void badNamesAreRefused(String name) {
        assertThatThrownBy(() -> new Metadata().add(name, "v")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Metadata().put(name, "v")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cr\net", "s3cr\ret", "s3cr\u0000et", "s3cr\u007fet", "s3cr\u20acet"})
    void badValuesAreRefusedWithoutQuotingThem(String value) {
        assertThatThrownBy(() -> new Metadata().add("authorization", value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("authorization")
                .hasMessageContaining("index 4")
                .message()
                .doesNotContain("s3cr");
    }

    @Test
    void textShowsNamesOnly() {
        assertThat(Metadata.of("authorization", "secret")).hasToString("[authorization]");
    }

    @Test
    void binaryValuesNeedTheirSuffix() {
        assertThatThrownBy(() -> new Metadata().addBinary("a", new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Metadata().getBinary("a")).isInstanceOf(IllegalArgumentException.class);
        assertThat(Metadata.isBinary("Trace-Bin")).isTrue();
        assertThat(Metadata.isBinary("trace")).isFalse();
    }

    @Test
    void binaryValuesAreReadWithAndWithoutPaddingAndFromAList() {
        assertThat(Metadata.of("a-bin", "aGk=").getBinary("a-bin").orElseThrow())
                .asString()
                .isEqualTo("hi");
        assertThat(Metadata.of("a-bin", "aGk").getBinary("A-Bin").orElseThrow())
                .asString()
                .isEqualTo("hi");
        assertThat(Metadata.of("a-bin", "aGk,eW8").getBinary("a-bin").orElseThrow())
                .asString()
                .isEqualTo("hi");
        assertThat(new Metadata().getBinary("a-bin")).isEmpty();
        assertThatThrownBy(() -> Metadata.of("a-bin", "s3cr!").getBinary("a-bin"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .doesNotContain("s3cr");
    }

    @Property
    void binaryValuesComeBack(@ForAll byte[] value) {
        Metadata headers = new Metadata().addBinary("Data-Bin", value);
        assertThat(headers.getBinary("data-bin").orElseThrow()).isEqualTo(value);
        assertThat(headers.get("data-bin").orElseThrow()).doesNotContain("=", "\n");
    }

    @Property
    void anyTokenAndPrintableValueComesBackWhateverTheCase(
            @ForAll @NotEmpty @AlphaChars @NumericChars @Chars({'-', '_', '.', '~'}) String name,
            @ForAll @CharRange(from = ' ', to = '~') String value) {
        Metadata headers = Metadata.of("other", "x", name, value);
        assertThat(headers.getAll(name.toUpperCase(Locale.ROOT))).endsWith(value);
        assertThat(headers.names()).contains(name.toLowerCase(Locale.ROOT));
    }

    @Property
    void whatIsAcceptedCannotBreakALine(@ForAll String name, @ForAll String value) {
        Metadata headers = new Metadata();
        try {
            headers.add(name, value);
        } catch (IllegalArgumentException refused) {
            assertThat(headers.isEmpty()).isTrue();
            return;
        }
        headers.forEach((n, v) -> assertThat(n + ": " + v).doesNotContain("\r", "\n", "\0"));
        assertThat(StandardCharsets.US_ASCII
                        .newEncoder()
                        .canEncode(headers.names().toString()))
                .isTrue();
    }
}
