package dev.parley.rest;

import dev.parley.tck.Fuzzer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** All that REST parses, against bytes that a fuzzer makes up. */
class FuzzTest {

    @Test
    void aFewSeconds() {
        Fuzzer.runShort(ParsersFuzz.class);
    }

    @Test
    @Tag("long")
    void aLongTime() {
        Fuzzer.runLong(ParsersFuzz.class);
    }
}
