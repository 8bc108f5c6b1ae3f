package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a URI that is not one of a broker's. */
class ConnectTest {

    @Test
    void anUnknownSchemeIsNamedWithThoseThatAreKnown() {
        assertThatThrownBy(() -> MessageBroker.connect("carrier-pigeon://coop:4711/loft"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"carrier-pigeon\"")
                .hasMessageContaining("carrier-pigeon://coop:4711/loft")
                .hasMessageContaining("[memory]"); // the class path of these tests has no other
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "memory", ":", "//host/path", "Memory:", "1memory:", "mem ory:x"})
    void withoutASchemeItSaysWhatOneLooksLike(String uri) {
        assertThatThrownBy(() -> MessageBroker.connect(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must begin with its scheme, such as memory:")
                .hasMessageContaining('"' + uri + '"');
    }

    @Test
    void aMalformedPartIsNamedWithWhatItMustBe() {
        assertThatThrownBy(() -> MessageBroker.connect("amqp://a:0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"a:0\"")
                .hasMessageContaining("port of 1 to 65535");
        assertThatThrownBy(() -> MessageBroker.connect("memory:?novalue"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"novalue\"")
                .hasMessageContaining("name=value");
        assertThatThrownBy(() -> MessageBroker.connect("memory:?a=1&a=2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("option a ")
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> MessageBroker.connect("memory:%zz"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two hexadecimal digits");
        assertThatThrownBy(() -> MessageBroker.connect("memory:?surely=unknown"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("surely");
    }

    /** Malformed in all the ways in which one forgets to encode a password, or mistypes what is around it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "pigeon://user:hunter2@coop/loft",
                "pigeon://user:hunter2@a:1,b:2/loft",
                "pigeon://user:hunter2@@coop/loft",
                "pigeon://user:/hunter2@coop/loft",
                "pigeon://user:hunter2/x@coop/loft",
                "pigeon://user:hunter2?x@coop/loft",
                "pigeon://user:x?hunter2@coop/loft",
                "pigeon://user:x/hunter2@coop:5672/loft",
                "pigeon://user:hunter2%@coop/loft",
                "pigeon://user:hunter2@coop:99999/loft",
                "pigeon://user:hunter2@coop/loft?novalue",
                "pigeon://coop/loft?password=hunter2",
                "pigeon://coop/loft?apiToken=hunter2&novalue",
                "pigeon://coop/loft?via=http://user:hunter2@proxy",
                "pigeon:/user:hunter2@coop/loft",
                "pigeon:user:hunter2@coop/loft",
                "pigeon//user:hunter2@coop/loft",
                "://user:hunter2@coop/loft",
                "user:hunter2@coop/loft",
                "Pigeon:user:hunter2@coop",
                "memory:?password=hunter2",
                "memory:?secret=hunter2&secret=hunter2"
            })
    void noSecretIsShown(String uri) {
        assertThatThrownBy(() -> MessageBroker.connect(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(thrown -> {
                    for (Throwable each = thrown; each != null; each = each.getCause()) {
                        assertThat(String.valueOf(each.getMessage())).doesNotContain("hunter2");
                    }
                });
    }
}
