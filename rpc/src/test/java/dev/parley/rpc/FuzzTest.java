package dev.parley.rpc;

import dev.parley.tck.Fuzzer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All that the protocols parse, against bytes that a fuzzer makes up. */
class FuzzTest {

    @ParameterizedTest
    @ValueSource(classes = {RpcServerFuzz.class, RpcClientFuzz.class, RestFuzz.class, JsonFuzz.class})
    void aFewSeconds(Class<?> target) {
        Fuzzer.runShort(target);
    }

    @ParameterizedTest
    @ValueSource(classes = {RpcServerFuzz.class, RpcClientFuzz.class, RestFuzz.class, JsonFuzz.class})
    @Tag("long")
    void aLongTime(Class<?> target) {
        Fuzzer.runLong(target);
    }
}
