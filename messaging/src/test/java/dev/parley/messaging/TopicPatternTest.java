package dev.parley.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TopicPatternTest {

    @Property(tries = 5000)
    void matchesWhatARegexMatches(@ForAll("patterns") List<String> pattern, @ForAll("topics") List<String> topic) {
        assertThat(TopicPattern.matches(String.join(".", pattern), String.join(".", topic)))
                .isEqualTo(regex(pattern).matcher(dotted(topic)).matches());
    }

    @Example
    void examples() {
        assertThat(TopicPattern.matches("order.*", "order.placed")).isTrue();
        assertThat(TopicPattern.matches("order.*", "order")).isFalse();
        assertThat(TopicPattern.matches("order.*", "order.line.added")).isFalse();
        assertThat(TopicPattern.matches("order.#", "order")).isTrue();
        assertThat(TopicPattern.matches("#.added", "order.line.added")).isTrue();
        assertThat(TopicPattern.matches("#", "anything.at.all")).isTrue();
        assertThat(TopicPattern.matches("order", "orders")).isFalse();
    }

    /** A pattern over many wildcards is no trap: a regex would try for ever. */
    @Example
    void manyWildcardsAreNoTrap() {
        String pattern = "#.a.".repeat(40) + "b";
        assertThat(TopicPattern.matches(pattern, "a.".repeat(90) + "c")).isFalse();
    }

    /** Naively: each segment with a dot behind it. */
    private static Pattern regex(List<String> pattern) {
        return Pattern.compile(pattern.stream()
                .map(segment -> switch (segment) {
                    case "#" -> "([a-z]+\\.)*";
                    case "*" -> "[a-z]+\\.";
                    default -> segment + "\\.";
                })
                .collect(Collectors.joining()));
    }

    private static String dotted(List<String> topic) {
        return topic.stream().map(segment -> segment + '.').collect(Collectors.joining());
    }

    @Provide
    Arbitrary<List<String>> patterns() {
        return Arbitraries.of("a", "b", "ab", "*", "#").list().ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<List<String>> topics() {
        return Arbitraries.of("a", "b", "ab").list().ofMinSize(1).ofMaxSize(6);
    }
}
