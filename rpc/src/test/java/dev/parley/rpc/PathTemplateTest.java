package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.http.PercentEncoding;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathTemplateTest {

    @Test
    void theParts() {
        PathTemplate template = PathTemplate.parse("/v1/{name=shelves/*}/books/{book.id}/{rest=**}:publish");
        assertThat(template.segments()).containsExactly("v1", "shelves", "*", "books", "*", "**");
        assertThat(template.verb()).isEqualTo("publish");
        assertThat(template.variables())
                .containsExactly(
                        new PathTemplate.Variable("name", 1, 3, false),
                        new PathTemplate.Variable("book.id", 4, 5, false),
                        new PathTemplate.Variable("rest", 5, 6, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v1",
                "/v1/",
                "/v1//x",
                "/{",
                "/{a",
                "/{}",
                "/{a=}",
                "/{a=**}/b",
                "/**/b",
                "/**/{b}",
                "/{a=**}/{b}",
                "/a*",
                "/{a}{b}",
                "/{a}/{a}",
                "/a:",
                "/a:b:c",
                "/a:b/c",
                "/{a.}",
                "/a}",
                "/{a={b}}"
            })
    void wrongTemplatesSaySo(String template) {
        assertThatThrownBy(() -> PathTemplate.parse(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("path template");
    }

    @Property
    void parsingNeverFailsOtherwise(@ForAll String text) {
        try {
            PathTemplate.parse("/" + text);
        } catch (IllegalArgumentException expected) {
            assertThat(expected).hasMessageContaining("path template");
        }
    }

    @Property
    void whatIsEscapedIsDecoded(@ForAll String text) {
        String clean = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        StringBuilder escaped = new StringBuilder();
        for (byte b : clean.getBytes(StandardCharsets.UTF_8)) {
            escaped.append(String.format("%%%02x", b & 0xff));
        }
        assertThat(PercentEncoding.decode(escaped.toString(), false)).contains(clean);
        assertThat(GrpcStatus.percentDecode(
                        GrpcStatus.percentEncode(clean.substring(0, Math.min(clean.length(), 100)))))
                .isEqualTo(new String(
                        clean.substring(0, Math.min(clean.length(), 100)).getBytes(StandardCharsets.UTF_8),
                        StandardCharsets.UTF_8));
    }
}
