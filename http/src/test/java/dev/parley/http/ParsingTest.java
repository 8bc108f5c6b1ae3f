package dev.parley.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Metadata;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What is parsed, for any input. */
class ParsingTest {

    @Provide
    Arbitrary<List<List<String>>> headers() {
        Arbitrary<String> name = Arbitraries.strings()
                .withChars("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")
                .ofMinLength(1)
                .ofMaxLength(12);
        Arbitrary<String> value = Arbitraries.strings()
                .withCharRange(' ', '~')
                .withCharRange('\u00a0', '\u00ff')
                .withChars('\t')
                .ofMaxLength(20);
        return Combinators.combine(name, value)
                .as((n, v) -> List.of(n, v))
                .list()
                .ofMaxSize(12);
    }

    @Property
    void metadataSurvivesHttp2(@ForAll("headers") List<List<String>> pairs) {
        Metadata metadata = new Metadata();
        pairs.forEach(pair -> metadata.add(pair.get(0), pair.get(1)));
        Http2Headers headers = new DefaultHttp2Headers().method("GET").path("/").scheme("http");
        Http2Names.addTo(headers, metadata);
        Metadata expected = new Metadata();
        metadata.forEach((name, value) -> {
            if (!HopByHop.isForbidden(name)) {
                expected.add(name, value);
            }
        });
        assertThat(Http2Names.metadata(headers).names()).isEqualTo(expected.names());
        for (String name : expected.names()) {
            assertThat(Http2Names.metadata(headers).getAll(name))
                    .isEqualTo(expected.getAll(name).stream().map(String::trim).toList());
        }
    }

    @Property
    void whatNoHeaderMayHoldIsDroppedAlone(@ForAll String name, @ForAll String value) {
        Http2Headers headers = new DefaultHttp2Headers(false).add("x-good", "kept");
        headers.add(name, value);
        Metadata metadata = Http2Names.metadata(headers);
        assertThat(metadata.get("x-good")).contains("kept");
        metadata.forEach((n, v) -> assertThat(n + v).doesNotContain("\r", "\n", "\0"));
    }

    @Property
    void aNumberIsALength(@ForAll @LongRange(min = 0, max = 999_999_999_999_999_999L) long length) {
        assertThat(ContentLength.of(Metadata.of("Content-Length", Long.toString(length))))
                .isEqualTo(length);
    }

    @Property
    void anythingElseIsNoLength(@ForAll("visible") String text) {
        long length = ContentLength.of(Metadata.of("content-length", text));
        assertThat(length).isGreaterThanOrEqualTo(-1);
        if (!text.matches("[0-9]{1,18}")) {
            assertThat(length).isEqualTo(-1);
        }
    }

    @Provide
    Arbitrary<String> visible() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withCharRange(' ', '~').ofMaxLength(20),
                Arbitraries.longs().map(number -> "+" + Math.abs(number / 2)),
                Arbitraries.longs().lessOrEqual(-1).map(String::valueOf));
    }

    @Provide
    Arbitrary<String> host() {
        return Arbitraries.oneOf(
                Arbitraries.strings()
                        .withCharRange('a', 'z')
                        .numeric()
                        .withChars(".-")
                        .ofMinLength(1)
                        .ofMaxLength(20),
                Arbitraries.strings()
                        .withChars("0123456789abcdef:")
                        .ofMinLength(1)
                        .ofMaxLength(20)
                        .map(address -> "[" + address + "]"));
    }

    @Property
    void anAuthorityIsHostAndPort(@ForAll("host") String host, @ForAll @IntRange(min = 1, max = 65_535) int port) {
        assertThat(Authority.parse(host + ":" + port, 80)).isEqualTo(new Authority(host, port));
        assertThat(Authority.parse(host, 80)).isEqualTo(new Authority(host, 80));
    }

    @Property
    void aPortOutOfRangeIsRefused(@ForAll("host") String host, @ForAll("notPorts") String port) {
        CallException error = (CallException) catchThrowable(() -> Authority.parse(host + ":" + port, 80));
        assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(error.message()).contains(host + ":" + port);
    }

    @Provide
    Arbitrary<String> notPorts() {
        return Arbitraries.oneOf(
                Arbitraries.of("", "0", "-1", "+80", " 80", "8o", "65536", "99999", "4294967376", "00080x", "１２"),
                Arbitraries.longs().greaterOrEqual(65_536).map(String::valueOf));
    }

    @Property
    void anyAuthorityIsParsedOrRefused(@ForAll String text) {
        try {
            Authority parsed = Authority.parse(text, 80);
            assertThat(parsed.host()).isNotEmpty();
            assertThat(parsed.port()).isBetween(1, 65_535);
        } catch (CallException refused) {
            assertThat(refused.code()).isEqualTo(Code.INVALID_ARGUMENT);
        }
    }
}
