package dev.parley.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RegistryUriTest {

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Provide
    Arbitrary<RegistryUri> uris() {
        Arbitrary<String> text =
                Arbitraries.strings().ofMinLength(1).ofMaxLength(20).filter(each -> !surrogates(each));
        Arbitrary<Map<String, String>> parameters = Arbitraries.maps(text, text).ofMaxSize(4);
        return Combinators.combine(
                        Arbitraries.of("consul", "etcd", "dns", "k8s", "consul+https", "a.b-c2"),
                        Arbitraries.of("", "127.0.0.1:8500", "host", "[fd00::1]:8500", "a:1,b:2"),
                        text,
                        parameters)
                .as((scheme, authority, service, more) ->
                        new RegistryUri(scheme, authority, service, new LinkedHashMap<>(more)));
    }

    private static boolean surrogates(String text) {
        return text.chars().anyMatch(each -> each >= 0xd800 && each < 0xe000);
    }

    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll("uris") RegistryUri uri) {
        StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
        uri.parameters().forEach((name, value) -> query.add(encoded(name) + '=' + encoded(value)));
        String text = uri.scheme() + "://" + uri.authority() + '/' + encoded(uri.service()) + query;
        assertThat(RegistryUri.parse(text)).isEqualTo(uri);
    }

    @Property(tries = 300)
    void anythingIsReadOrRefusedWithAnErrorThatSaysWhat(@ForAll String text) {
        try {
            RegistryUri uri = RegistryUri.parse(text);
            assertThat(text).startsWith(uri.scheme() + ':');
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("\"");
        }
    }

    @Property(tries = 300)
    void noSecretIsShown(@ForAll("secrets") String secret, @ForAll("places") String place) {
        String text = place.replace("SECRET", secret);
        try {
            assertThat(RegistryUri.parse(text).toString()).doesNotContain(secret);
        } catch (IllegalArgumentException e) {
            assertThat(e.toString()).doesNotContain(secret);
            assertThat(String.valueOf(e.getCause())).doesNotContain(secret);
        }
    }

    @Provide
    Arbitrary<String> secrets() {
        return Arbitraries.strings().alpha().numeric().ofMinLength(12).ofMaxLength(30);
    }

    @Provide
    Arbitrary<String> places() {
        return Arbitraries.of(
                "consul://user:SECRET@host:8500/s",
                "consul://SECRET@host/s",
                "consul://host/s?token=SECRET",
                "consul://host/s?dc=a&TOKEN=SECRET&b",
                "consul://host/s?token=SECRET&token=SECRET",
                "consul://host/%zz?password=SECRET",
                "consul://host/s?secret=%zzSECRET",
                "consul://host/s?access_token=SECRET&b",
                "consul://host/s?api-key=SECRET&b",
                "consul://user:SECRET@host/%zz",
                "CONSUL://user:SECRET@host/s",
                "://user:SECRET@host/s",
                "consul:user:SECRET@host",
                "consul://host/s?x=1&x=2&password=SECRET");
    }

    @Test
    void theFormsAreThese() {
        assertThat(RegistryUri.parse("consul://127.0.0.1:8500/inventory-service?tag=v2&dc=d%201"))
                .isEqualTo(new RegistryUri(
                        "consul", "127.0.0.1:8500", "inventory-service", Map.of("tag", "v2", "dc", "d 1")));
        assertThat(RegistryUri.parse("static:a:1,b:2")).isEqualTo(new RegistryUri("static", "a:1,b:2", "", Map.of()));
        assertThat(RegistryUri.parse("k8s:///shop/inventory"))
                .isEqualTo(new RegistryUri("k8s", "", "shop/inventory", Map.of()));
        assertThat(RegistryUri.parse("local://")).isEqualTo(new RegistryUri("local", "", "", Map.of()));
        assertThat(RegistryUri.parse("etcd://h?a=+b+").parameter("a")).contains("+b+");
        assertThat(RegistryUri.parse("consul://h:1/s?a=1").registry())
                .hasToString("consul://h:1")
                .isEqualTo(new RegistryUri("consul", "h:1", "", Map.of("a", "1")));
    }

    @Test
    void whatIsMalformedSaysSo() {
        for (String bad : List.of(
                "",
                "consul",
                ":x",
                "//host/s",
                "1consul://host",
                "con sul://host",
                "consul://h/s?",
                "consul://h/s?a",
                "consul://h/s?=1",
                "consul://h/s?a=1&&b=2",
                "consul://h/s?a=%",
                "consul://h/%g1",
                "consul://a@h/s")) {
            assertThatThrownBy(() -> RegistryUri.parse(bad)).as(bad).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> RegistryUri.parse("consul://h/s?a=1&a=2"))
                .hasMessage("option a of \"consul://h/s?a=1&a=2\" is given twice");
    }
}
