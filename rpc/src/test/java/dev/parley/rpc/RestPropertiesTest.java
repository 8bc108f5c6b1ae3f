package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.TypeRegistry;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Messages;
import dev.parley.rpc.transcoding.Everything;
import dev.parley.rpc.transcoding.TranscodingService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import tools.jackson.databind.node.JsonNodeFactory;

/** Templates, paths, queries and streams of JSON, of every shape. */
class RestPropertiesTest {

    private static final List<String> FIELDS =
            List.of("id", "name", "left", "odd_name", "inner.leaf", "inner.inner.leaf", "w_text");
    private static final Route<?, ?> ROUTE = Route.of(
            TranscodingService.DEFINITION.bindings().getFirst(), new Transcoding(), Route.InFront.NOTHING, 10_000);
    private static final JsonCodec JSON = JsonCodec.rest(TypeRegistry.getEmptyTypeRegistry());
    private static final RestRouter ALL = router();

    private static RestRouter router() {
        RestRouter router = new RestRouter();
        for (ServiceDefinition.Binding<?, ?, ?> binding : TranscodingService.DEFINITION.bindings()) {
            var options = binding.method().descriptor().getOptions();
            if (options.hasExtension(AnnotationsProto.http)) {
                RestBinding.of(ROUTE, options.getExtension(AnnotationsProto.http))
                        .forEach(router::add);
            }
        }
        return router;
    }

    /** A piece of a template: its text, with {@code %} where the name of a field goes. */
    @Provide
    static Arbitrary<PathTemplate> templates() {
        Arbitrary<String> pieces =
                Arbitraries.of("a", "b-c", "x.y", "%25", "*", "{%}", "{%=*}", "{%=a}", "{%=a/*}", "{%=*/b/*}");
        Arbitrary<String> ends = Arbitraries.of("", "", "/**", "/{%=**}", "/{%=a/**}");
        Arbitrary<String> verbs = Arbitraries.of("", "", ":verb", ":v-2");
        return Combinators.combine(pieces.list().ofMinSize(1).ofMaxSize(6), ends, verbs)
                .as((middle, end, verb) -> named('/' + String.join("/", middle) + end + verb));
    }

    private static PathTemplate named(String text) {
        StringBuilder template = new StringBuilder();
        int field = 0;
        for (int i = 0; i < text.length(); i++) {
            boolean variable = text.charAt(i) == '%' && text.charAt(i - 1) == '{';
            if (variable) {
                template.append(FIELDS.get(field++));
            } else {
                template.append(text.charAt(i));
            }
        }
        return PathTemplate.parse(template.toString());
    }

    @Property
    void aTemplateIsReadAsItIsWritten(@ForAll("templates") PathTemplate template) {
        assertThat(PathTemplate.parse(template.toString())).isEqualTo(template);
    }

    /** Texts that are whole segments once they are encoded. */
    @Provide
    static Arbitrary<List<String>> texts() {
        return Arbitraries.strings()
                .ofMinLength(1)
                .ofMaxLength(8)
                .map(text ->
                        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replace("\0", "0"))
                .filter(text -> !text.equals(".") && !text.equals(".."))
                .list()
                .ofSize(24); // six pieces of three segments, an end, and what stands for "**"
    }

    @Property
    void whatIsExpandedIsCaptured(@ForAll("templates") PathTemplate template, @ForAll("texts") List<String> texts) {
        // As a client expands it: what stands for each segment, and what each variable is by that.
        List<String> segments = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < template.segments().size(); i++) {
            String segment = template.segments().get(i);
            if (segment.equals(PathTemplate.ONE)) {
                segments.add(texts.get(i));
            } else if (segment.equals(PathTemplate.REST)) {
                segments.addAll(texts.subList(i, i + texts.getFirst().length() % 3));
            } else {
                segments.add(segment.replace("%25", "%"));
            }
        }
        for (PathTemplate.Variable variable : template.variables()) {
            int to = variable.open() ? segments.size() : variable.to();
            List<String> captured = segments.subList(variable.from(), to);
            values.add(
                    variable.spansSegments()
                            ? String.join(
                                    "/",
                                    captured.stream()
                                            .map(text -> text.replace("/", "%2f")) // kept as encoded() writes it
                                            .toList())
                            : captured.getFirst());
        }
        StringBuilder path = new StringBuilder();
        segments.forEach(segment -> path.append('/').append(encoded(segment)));
        if (!template.verb().isEmpty()) {
            path.append(':').append(template.verb());
        }

        RestRouter router = new RestRouter();
        RestBinding binding = RestBinding.of(
                        ROUTE, HttpRule.newBuilder().setGet(template.toString()).build())
                .getFirst();
        router.add(binding);
        RestRouter.Match match = router.match("GET", RestPath.parse(path.toString()));
        assertThat(match.binding()).as(path.toString()).isSameAs(binding);
        List<String> captured =
                template.variables().stream().map(match.path()::value).toList();
        assertThat(captured).isEqualTo(values);
        Everything.Builder message = Everything.newBuilder();
        RestFields.of(binding, match.path(), "", JSON).putInto(message);
        assertThat(message.build()).isNotNull();
    }

    private static String encoded(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
            if (plain || "-_.~".indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append(String.format("%%%02x", b & 0xff));
            }
        }
        return encoded.toString();
    }

    @Provide
    static Arbitrary<String> targets() {
        Arbitrary<String> parts = Arbitraries.of(
                "/",
                "/",
                "v1",
                "things",
                "deep",
                "a",
                "b",
                "x",
                "files",
                "shelves",
                ":",
                ":archive",
                "%2F",
                "%",
                "%2E",
                "..",
                "%00",
                "?",
                "&",
                "=",
                "id",
                "inner",
                ".",
                "leaf",
                "tags",
                "labels",
                "[",
                "at",
                "i32",
                "+",
                "%C3",
                "9",
                "\u00e9");
        return Arbitraries.oneOf(
                parts.list().ofMaxSize(14).map(list -> "/" + String.join("", list)),
                Arbitraries.strings().ofMaxLength(30).map(text -> "/" + text));
    }

    @Property(tries = 5000)
    void noTargetIsMoreThanRefused(@ForAll("targets") String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        try {
            RestRouter.Match match = ALL.match("GET", RestPath.parse(path));
            if (match.binding() != null) {
                RestFields.of(match.binding(), match.path(), query < 0 ? "" : target.substring(query + 1), JSON)
                        .putInto(Everything.newBuilder());
            }
        } catch (CallException refused) {
            assertThat(refused.code()).isEqualTo(Code.INVALID_ARGUMENT);
        }
    }

    @Property
    void textsThatAreValuesOfAFieldComeBack(@ForAll int i32, @ForAll long i64, @ForAll double d, @ForAll boolean b) {
        Everything.Builder message = Everything.newBuilder();
        put(message, "i32", Integer.toString(i32));
        put(message, "i64", Long.toString(i64));
        put(message, "u64", Long.toUnsignedString(i64));
        put(message, "d", Double.toString(d));
        put(message, "b", Boolean.toString(b));
        assertThat(message.build())
                .isEqualTo(Everything.newBuilder()
                        .setI32(i32)
                        .setI64(i64)
                        .setU64(i64)
                        .setD(d)
                        .setB(b)
                        .build());
    }

    private static void put(Everything.Builder message, String field, String text) {
        FieldPath.resolve(Everything.getDescriptor(), field).orElseThrow().put(message, text, JSON);
    }

    @Property
    void aStreamIsCutAlikeHoweverItArrives(
            @ForAll @Size(max = 6) List<String> texts,
            @ForAll @IntRange(min = 1, max = 9) int chunk,
            @ForAll @IntRange(max = 2) int form) {
        List<String> values = new ArrayList<>();
        for (String text : texts) {
            String clean = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
            values.add(JsonNodeFactory.instance
                    .objectNode()
                    .put("id", clean)
                    .set("more", JsonNodeFactory.instance.arrayNode().add(clean).add(1))
                    .toString());
        }
        String body = switch (form) {
            case 0 -> String.join("\n", values);
            case 1 -> "[ " + String.join(" ,", values) + "]\n";
            default -> String.join(values.size() % 2 == 0 ? "" : " \n", values);
        };
        JsonValues.Layout layout = form == 0 ? JsonValues.Layout.LINES : JsonValues.Layout.ARRAY_OR_SEQUENCE;
        assertThat(cut(body, chunk, layout)).isEqualTo(values);
    }

    private static List<String> cut(String body, int size, JsonValues.Layout layout) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        List<byte[]> chunks = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += size) {
            chunks.add(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
        }
        JsonValues values = new JsonValues(Messages.from(chunks), 10_000, layout);
        List<String> cut = new ArrayList<>();
        for (byte[] value = values.next(); value != null; value = values.next()) {
            cut.add(new String(value, StandardCharsets.UTF_8));
        }
        return cut;
    }

    @Property
    void aValueHasALimit(@ForAll @IntRange(min = 2, max = 200) int size, @ForAll JsonValues.Layout layout) {
        JsonValues values = new JsonValues(
                Messages.of(('"' + "x".repeat(size - 2) + "\"\n").getBytes(StandardCharsets.UTF_8)), 100, layout);
        if (size <= 100) {
            assertThat(values.next()).hasSize(size);
        } else {
            assertThatThrownBy(values::next)
                    .isInstanceOfSatisfying(
                            CallException.class, e -> assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED));
        }
    }
}
