package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.RetryAdvice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template becomes, and what is refused. */
class UriTemplateTest {

    @ParameterizedTest
    @CsvSource({
        "/products/{id}, a/b, /products/a%2Fb",
        "/products/{id}, ../x, /products/..%2Fx",
        "/products/{id}, a?b#c, /products/a%3Fb%23c",
        "/products/{id}, 100%, /products/100%25",
        "/products/{id}, %2e%2e, /products/%252e%252e",
        "/products/{id}, a b, /products/a%20b",
        "/products/{id}, a;b=1, /products/a%3Bb%3D1",
        "/products/{id}, é€😀, /products/%C3%A9%E2%82%AC%F0%9F%98%80",
        "/products/{id}, -._~aZ9, /products/-._~aZ9",
        "/products/{id}, ..., /products/...",
        "/products/{id}:cancel, 7, /products/7:cancel",
        "/files/v{id}.json, 7, /files/v7.json",
    })
    void expands(String template, String value, String path) {
        assertThat(UriTemplate.expand(template, value)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({
        "/products/{id}, ., makes a segment \".\"",
        "/products/{id}, .., makes a segment \"..\"",
        "/products/.{id}/x, ., makes a segment \"..\"",
        "/products/%2e{id}, ., makes a segment \"..\"",
        "/products/{id}, '', is empty",
        "/products/{id}/parts, '', is empty",
    })
    void aValueThatWouldChangeThePathIsRefused(String template, String value, String message) {
        assertThatThrownBy(() -> UriTemplate.expand(template, value))
                .isInstanceOfSatisfying(CallException.class, error -> {
                    assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
                    assertThat(error.retryAdvice()).isEqualTo(RetryAdvice.NEVER);
                })
                .hasMessageContaining("{id}")
                .hasMessageContaining(message);
    }

    @Test
    void halfOfASurrogatePairIsRefused() {
        assertThatThrownBy(() -> UriTemplate.expand("/x/{id}", "a\ud83d"))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("{id}")
                .hasMessageContaining("surrogate");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "/x y",
                "/x?y={id}",
                "/x#y",
                "/{}",
                "/{id",
                "/{i d}",
                "/x}",
                "/é",
                "/%",
                "/%g0",
                "/%2",
                "/../x",
                "/x/./y",
                "/%2E%2e",
                "/x\\y",
                "/x\r\ny"
            })
    void wrongTemplatesSaySo(String template) {
        assertThatThrownBy(() -> UriTemplate.expand(template, "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("path template \"" + template + "\" at ");
    }

    @Test
    void theNumberOfValuesMustFit() {
        assertThatThrownBy(() -> UriTemplate.expand("/{a}/{b}", 1)).hasMessageContaining("none for {b}");
        assertThatThrownBy(() -> UriTemplate.expand("/{a}", 1, 2))
                .hasMessageContaining("1 variables, but got 2 values");
        assertThat(UriTemplate.expand("/")).isEqualTo("/");
    }
}
