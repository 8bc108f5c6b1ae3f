package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.Metadata;
import dev.parley.rpc.transcoding.TranscodingService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every row of the table, and that the table notices servers which are wrong as servers often are. */
class TranscodingTableTest {

    private final Transcoding service = new Transcoding();
    private final Requests requests = new Requests(
            RpcHandler.builder().service(TranscodingService.DEFINITION, service).build());

    @TestFactory
    Stream<DynamicTest> rows() {
        return TranscodingTable.rows().stream()
                .map(row -> DynamicTest.dynamicTest(
                        row.toString(),
                        () -> assertThat(TranscodingTable.failure(row, service, requests::send))
                                .isEmpty()));
    }

    @Test
    void thereAreManyAndEachIsThereOnce() {
        List<String> rows = new ArrayList<>();
        for (TranscodingTable.Row row : TranscodingTable.rows()) {
            StringBuilder request = new StringBuilder(row.method() + ' ' + row.target());
            row.headers()
                    .forEach((name, value) ->
                            request.append('\n').append(name).append(": ").append(value));
            rows.add(request + "\n" + new String(row.body(), StandardCharsets.ISO_8859_1));
        }
        assertThat(rows).hasSizeGreaterThan(300).doesNotHaveDuplicates();
    }

    /** Servers that are wrong: each does to a request's target what a careless router does, then answers as ours. */
    enum Mutant {
        /** Decodes a path before it parts it, so that an escaped slash is one. */
        ESCAPED_SLASH_PARTS(onPath(path -> path.replace("%2F", "/").replace("%2f", "/")), "GET /v1/things/a%2Fb"),
        /** Decodes the escaped slash of a value of several segments. */
        ESCAPED_SLASH_IN_SEVERAL(
                onPath(path -> path.startsWith("/v1/files/") ? path.replace("%2F", "/") : path), "GET /v1/files/a%2Fb"),
        /** Leaves escapes as they are. */
        NOTHING_DECODED(onPath(path -> path.replace("%", "%25")), "GET /v1/things/a%20b"),
        /** Decodes twice. */
        DECODED_TWICE(onPath(path -> path.replace("%25", "%")), "GET /v1/things/a%252Fb"),
        /** Ignores verbs. */
        VERBS_IGNORED(onPath(path -> path.replaceAll(":[a-z]+$", "")), "POST /v1/things/7:archive"),
        /** Takes an escaped colon for the one before a verb. */
        ESCAPED_COLON_IS_A_VERB(onPath(path -> path.replace("%3A", ":")), "POST /v1/things/7%3Aarchive"),
        /** Takes + in a path for a space, as in a query. */
        PLUS_IS_SPACE(onPath(path -> path.replace("+", "%20")), "GET /v1/things/a+b"),
        /** Passes over a slash at the end. */
        SLASH_AT_THE_END(onPath(path -> path.length() > 1 ? path.replaceAll("/$", "") : path), "GET /v1/things/7/"),
        /** Passes over empty segments. */
        EMPTY_SEGMENTS(onPath(path -> path.replaceAll("//+", "/")), "GET //v1/things/7"),
        /** Does not tell case. */
        CASE(onPath(path -> path.toLowerCase(Locale.ROOT)), "GET /V1/things/7"),
        /** Leaves + in a query as it is. */
        PLUS_IS_PLUS(target -> target.replace("+", "%2B"), "GET /v1/things?id=a+b%20c%2Bd"),
        /** Passes over queries. */
        NO_QUERY(target -> target.replaceAll("\\?.*", ""), "GET /v1/things?id=7&name=n");

        final UnaryOperator<String> change;
        final String mustFail;

        Mutant(UnaryOperator<String> change, String mustFail) {
            this.change = change;
            this.mustFail = mustFail;
        }

        private static UnaryOperator<String> onPath(UnaryOperator<String> change) {
            return target -> {
                int query = target.indexOf('?');
                return query < 0
                        ? change.apply(target)
                        : change.apply(target.substring(0, query)) + target.substring(query);
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTableNoticesAMutant(Mutant mutant) throws Exception {
        TranscodingTable.Server broken = (String method, String target, Metadata headers, byte[] body) ->
                requests.send(method, mutant.change.apply(target), headers, body);
        List<String> failures = new ArrayList<>();
        for (TranscodingTable.Row row : TranscodingTable.rows()) {
            TranscodingTable.failure(row, service, broken)
                    .ifPresent(failure -> failures.add(row.method() + ' ' + row.target()));
        }
        assertThat(failures).contains(mutant.mustFail);
        assertThat(failures.size()).isLessThan(TranscodingTable.rows().size());
    }
}
