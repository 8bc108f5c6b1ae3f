package dev.parley.http;

import dev.parley.tck.Fuzzer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All that parses bytes from outside, against bytes that a fuzzer makes up. */
@Timeout(value = 15, unit = TimeUnit.MINUTES) // the fuzzer has limits of its own, below this one
class FuzzTest {

    @ParameterizedTest
    @ValueSource(
            classes = {
                Http1ServerFuzz.class,
                Http2ServerFuzz.class,
                Http1ClientFuzz.class,
                Http2ClientFuzz.class,
                WebSocketFuzz.class,
                EventsFuzz.class
            })
    void aFewSeconds(Class<?> target) {
        Fuzzer.runShort(target);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Http1ServerFuzz.class,
                Http2ServerFuzz.class,
                Http1ClientFuzz.class,
                Http2ClientFuzz.class,
                WebSocketFuzz.class,
                EventsFuzz.class
            })
    @Tag("long")
    void aLongTime(Class<?> target) {
        Fuzzer.runLong(target);
    }
}
