package dev.parley.messaging.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.messaging.MessageBroker;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes in a URI are told by {@code connect}, whether or not there is a server. */
class StoreUriTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "connections=none | connections | none",
                "connections=0 | connections | 0",
                "maxWaiting=-1 | maxWaiting | -1",
                "maxBytes=lots | maxBytes | lots",
                "waitTimeout=10 | waitTimeout | 10",
                "transactionTimeout=1y | transactionTimeout | 1y",
                "commitTimeout=soon | commitTimeout | soon",
                "connectTimeout=0s | connectTimeout | 0",
                "migrate=perhaps | migrate | perhaps",
                "retention=7 | retention | 7",
                "retentionMessages=-5 | retentionMessages | -5",
                "maxMessages=0 | maxMessages | 0",
                "colour=red | colour | known",
            })
    void wrongOptionsAreToldAtOnceOnBothEngines(String options, String option, String value) {
        for (String place : new String[] {"postgresql://me:hunter2@127.0.0.1:1/shop", "sqlite:/no/such/folder"}) {
            assertThatThrownBy(() -> MessageBroker.connect(place + '?' + options))
                    .as(place)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(option)
                    .hasMessageContaining(value)
                    .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "postgresql://me:hunter2@127.0.0.1:1/shop?schema=No-Such | schema | No-Such",
                "postgresql://me:hunter2@127.0.0.1:1/shop?sslmode=maybe | sslmode | maybe",
                "postgresql://me:hunter2@127.0.0.1:1/shop?sslrootcert=/no/such | sslrootcert | /no/such",
                "postgresql://me:hunter2@127.0.0.1:1/shop?schema=a&schema=b | schema | twice",
                "postgresql://:hunter2@127.0.0.1:1/shop | USER | DATABASE",
                "postgresql://me:hunter2@127.0.0.1:1/ | USER | DATABASE",
                "postgresql://me:hunter2%zz@127.0.0.1:1/shop | % | hexadecimal",
            })
    void wrongPartsOfAServersUriAreToldAtOnce(String uri, String part, String expected) {
        assertThatThrownBy(() -> MessageBroker.connect(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(part)
                .hasMessageContaining(expected)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
    }
}
