package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Matching and the small grammars of headers, against models that are slow and plain. */
class MatchingTest {

    // ---- paths

    @Provide
    Arbitrary<List<String>> templates() {
        Arbitrary<String> segment = Arbitraries.of("a", "b", "c", "{x}", "{y}");
        Arbitrary<String> last = Arbitraries.of("a", "b", "{x}", "", "{r...}");
        return Combinators.combine(segment.list().ofMaxSize(3), last)
                .as((front, end) -> {
                    List<String> parts = new ArrayList<>();
                    int i = 0;
                    for (String part : front) {
                        parts.add(part.startsWith("{") ? "{p" + i++ + "}" : part);
                    }
                    parts.add(end);
                    return "/" + String.join("/", parts);
                })
                .list()
                .ofMinSize(1)
                .ofMaxSize(8);
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of("a", "b", "c", "d", "", "x%2Fy", "%61")
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(parts -> "/" + String.join("/", parts));
    }

    @Property(tries = 2000)
    void theTreeFindsWhatALinearSearchFinds(@ForAll("templates") List<String> templates, @ForAll("paths") String path) {
        RouteTree<String> tree = new RouteTree<>();
        List<PathTemplate> added = new ArrayList<>();
        Set<String> shapes = new HashSet<>();
        for (String text : templates) {
            PathTemplate template = PathTemplate.parse(text);
            if (shapes.add(rank(template))) {
                tree.add("GET", template, text);
                added.add(template);
            }
        }
        List<String> segments = RequestPath.parse(path).segments();
        Optional<PathTemplate> expected = added.stream()
                .filter(template -> matches(template, segments))
                .min(java.util.Comparator.comparing(MatchingTest::rank));
        RouteTree.Found<String> found = tree.find("GET", segments, new TreeSet<>());
        assertThat(Optional.ofNullable(found).map(RouteTree.Found::template)).isEqualTo(expected);
        Set<String> allowed = new TreeSet<>();
        assertThat(tree.find("PUT", segments, allowed)).isNull();
        assertThat(allowed).isEqualTo(expected.isPresent() ? Set.of("GET") : Set.of());
    }

    /** In the order of precedence: a literal, a parameter, the rest, from the left. */
    private static String rank(PathTemplate template) {
        StringBuilder rank = new StringBuilder();
        for (PathTemplate.Segment segment : template.segments()) {
            rank.append(
                    switch (segment) {
                        case PathTemplate.Segment.Literal literal -> "0" + literal.value();
                        case PathTemplate.Segment.One one -> "1";
                        case PathTemplate.Segment.Rest rest -> "2";
                    });
            rank.append('/');
        }
        return rank.toString();
    }

    private static boolean matches(PathTemplate template, List<String> path) {
        int at = 0;
        for (PathTemplate.Segment segment : template.segments()) {
            if (segment instanceof PathTemplate.Segment.Rest) {
                return at < path.size();
            }
            if (at == path.size()) {
                return false;
            }
            boolean fits = segment instanceof PathTemplate.Segment.Literal(String value)
                    ? value.equals(path.get(at))
                    : !path.get(at).isEmpty();
            if (!fits) {
                return false;
            }
            at++;
        }
        return at == path.size();
    }

    @Property
    void anyTextGoesThroughOneSegment(@ForAll String text) {
        String clean = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replace("\0", "");
        String escaped = URLEncoder.encode(clean, StandardCharsets.UTF_8).replace("+", "%20");
        if (clean.equals(".") || clean.equals("..")) {
            return;
        }
        RequestPath path = RequestPath.parse("/x/" + escaped + "/y");
        assertThat(path.segments()).containsExactly("x", clean, "y");
        assertThat(path.rawFrom(1)).isEqualTo("/" + escaped + "/y");
        assertThat(QueryString.parse("a=" + URLEncoder.encode(clean, StandardCharsets.UTF_8))
                        .get("a"))
                .containsExactly(clean);
    }

    // ---- Accept

    record Range(String type, String subtype, int weight) {
        String text() {
            return type + "/" + subtype + "; q=" + (weight == 1000 ? "1" : "0." + String.format("%03d", weight));
        }
    }

    @Provide
    Arbitrary<List<Range>> ranges() {
        Arbitrary<Range> range = Combinators.combine(
                        Arbitraries.of("a", "b", "*"),
                        Arbitraries.of("x", "y", "*"),
                        Arbitraries.of(0, 1, 100, 500, 999, 1000))
                .as((type, subtype, weight) -> new Range(type, type.equals("*") ? "*" : subtype, weight));
        return range.list().ofMinSize(1).ofMaxSize(5);
    }

    @Property
    void theMostSpecificRangeDecides(@ForAll("ranges") List<Range> ranges) {
        Accept accept = Accept.of(
                List.of(String.join(", ", ranges.stream().map(Range::text).toList())));
        String best = null;
        int most = 0;
        List<String> offered = List.of("a/x", "a/y", "b/x");
        for (String type : offered) {
            int weight = model(ranges, type);
            assertThat(accept.weight(MediaType.parse(type).orElseThrow()))
                    .as(type)
                    .isEqualTo(weight);
            if (weight > most) {
                most = weight;
                best = type;
            }
        }
        assertThat(accept.best(offered)).isEqualTo(Optional.ofNullable(best));
    }

    private static int model(List<Range> ranges, String offered) {
        for (String pattern : List.of(offered, offered.charAt(0) + "/*", "*/*")) {
            var weights = ranges.stream()
                    .filter(range -> (range.type() + "/" + range.subtype()).equals(pattern))
                    .mapToInt(Range::weight)
                    .max();
            if (weights.isPresent()) {
                return weights.getAsInt();
            }
        }
        return 0;
    }

    @Property
    void noHeaderBreaksTheParsers(@ForAll String text, @ForAll @LongRange(min = 0, max = 100) long size) {
        Accept.of(List.of(text));
        AcceptEncoding.of(List.of(text)).weight("gzip");
        MediaType.parse(text);
        assertThat(ByteRange.parse(text, size)).isNotNull();
        assertThat(ByteRange.parse("bytes=" + text, size)).isNotNull();
    }

    // ---- Range

    @Property
    void aRangeIsOneOfTheBytesThatAreThere(
            @ForAll @IntRange(min = -1, max = 30) int first,
            @ForAll @IntRange(min = -1, max = 30) int last,
            @ForAll @IntRange(min = 0, max = 20) int size) {
        String header = "bytes=" + (first < 0 ? "" : first) + "-" + (last < 0 ? "" : last);
        List<Integer> asked = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            boolean in = first < 0 ? i >= size - last : i >= first && (last < 0 || i <= last);
            if (in) {
                asked.add(i);
            }
        }
        boolean malformed = (first < 0 && last < 0) || (first >= 0 && last >= 0 && last < first);
        ByteRange expected = malformed
                ? ByteRange.WHOLE
                : asked.isEmpty() ? ByteRange.NONE : new ByteRange.Part(asked.getFirst(), asked.getLast());
        assertThat(ByteRange.parse(header, size)).isEqualTo(expected);
    }
}
