package dev.parley.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import build.buf.protovalidate.ValidationResult;
import build.buf.validate.Violation;
import build.buf.validate.Violations;
import com.google.protobuf.Timestamp;
import com.google.rpc.BadRequest;
import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.Interceptor;
import dev.parley.Messages;
import dev.parley.rpc.echo.EchoService;
import dev.parley.rpc.rules.BrokenRuleService;
import dev.parley.rpc.rules.Legacy;
import dev.parley.rpc.rules.Line;
import dev.parley.rpc.rules.MismatchedRuleService;
import dev.parley.rpc.rules.Payment;
import dev.parley.rpc.rules.Ruled;
import dev.parley.rpc.rules.RulesService;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ValidationTest {

    private final List<Ruled> reached = Collections.synchronizedList(new ArrayList<>());

    private final RulesService implementation = new RulesService() {
        @Override
        public Ruled place(Ruled request) {
            reached.add(request);
            return request;
        }

        @Override
        public Ruled placeAll(Messages<Ruled> requests) {
            requests.forEach(reached::add);
            return Ruled.getDefaultInstance();
        }

        @Override
        public Legacy placeLegacy(Legacy request) {
            return request;
        }
    };

    private RpcHandler.Builder builder() {
        return RpcHandler.builder().service(RulesService.DEFINITION, implementation);
    }

    private final RulesService client =
            RulesService.client(Channel.inProcess(builder().build()));

    static Stream<Arguments> violations() {
        Ruled.Builder none = Ruled.newBuilder();
        return Stream.of(
                Arguments.of("string, format", none.clone().setEmail("nobody"), "email", "string.email"),
                Arguments.of("string, pattern", none.clone().setCode("abc"), "code", "string.pattern"),
                Arguments.of("number", none.clone().setQuantity(101), "quantity", "int32.gte_lte"),
                Arguments.of(
                        "list", none.clone().addAllTags(List.of("a", "b", "c", "d")), "tags", "repeated.max_items"),
                Arguments.of("list, unique", none.clone().addTags("a").addTags("a"), "tags", "repeated.unique"),
                Arguments.of("list, element", none.clone().addTags("a").addTags(""), "tags[1]", "string.min_len"),
                Arguments.of("map, key", none.clone().putPrices("EURO", 1), "prices[\"EURO\"]", "string.len"),
                Arguments.of("map, value", none.clone().putPrices("E\"R", 0), "prices[\"E\\\"R\"]", "int64.gt"),
                Arguments.of("enum", none.clone().setGenusValue(7), "genus", "enum.defined_only"),
                Arguments.of(
                        "oneof", none.clone().setPayment(Payment.getDefaultInstance()), "payment.method", "required"),
                Arguments.of(
                        "timestamp",
                        none.clone().setDue(Timestamp.newBuilder().setSeconds(1000)),
                        "due",
                        "timestamp.gt"),
                Arguments.of(
                        "nested",
                        none.clone().addLines(Line.newBuilder().setTitle("t")),
                        "lines[0].sku",
                        "string.min_len"),
                Arguments.of("CEL of a message", none.clone().setFrom(2).setUntil(1), "", "ruled.range"),
                Arguments.of("CEL of a field", none.clone().setEven(3), "even", "ruled.even"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void aViolationIsToldInBothForms(String kind, Ruled.Builder request, String path, String rule) {
        CallException error = failure(() -> client.place(request.build()));
        assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
        Violations violations =
                ErrorDetails.find(error, Violations.getDefaultInstance()).orElseThrow();
        assertThat(violations.getViolationsList())
                .singleElement()
                .extracting(Violation::getRuleId)
                .isEqualTo(rule);
        BadRequest.FieldViolation plain = ErrorDetails.find(error, BadRequest.getDefaultInstance())
                .orElseThrow()
                .getFieldViolations(0);
        assertThat(plain.getField()).isEqualTo(path);
        assertThat(plain.getDescription()).isNotEmpty();
        assertThat(error.message()).isEqualTo((path.isEmpty() ? "" : path + ": ") + plain.getDescription());
        assertThat(reached).isEmpty();
    }

    @Test
    void whatIsValidPasses() {
        Ruled valid = Ruled.newBuilder()
                .setEmail("ada@example.org")
                .setCode("ABC")
                .setQuantity(100)
                .addTags("a")
                .putPrices("EUR", 1)
                .setPayment(Payment.newBuilder().setCard("1"))
                .setDue(Timestamp.newBuilder().setSeconds(1001))
                .addLines(Line.newBuilder().setSku("s").setTitle("t"))
                .setUntil(1)
                .setEven(2)
                .build();
        assertThat(client.place(valid)).isEqualTo(valid);
    }

    @Test
    void allViolationsOfOneMessageAreTold() {
        CallException error = failure(() -> client.place(
                Ruled.newBuilder().setQuantity(-1).setEven(1).setCode("x").build()));
        assertThat(ErrorDetails.find(error, Violations.getDefaultInstance())
                        .orElseThrow()
                        .getViolationsCount())
                .isEqualTo(3);
        assertThat(error.message())
                .contains("quantity: ")
                .contains("; even: must be even")
                .contains("code: ");
    }

    @Test
    void requiredFieldsGoFirst() {
        CallException error = failure(() -> client.place(
                Ruled.newBuilder().addLines(Line.getDefaultInstance()).build()));
        assertThat(error.message()).isEqualTo("lines[0].title is required");
    }

    @Test
    void manyViolationsFitIntoTheTrailers() {
        Ruled.Builder many = Ruled.newBuilder();
        for (int i = 0; i < 10_000; i++) {
            many.addMany(10);
        }
        CallException error = failure(() -> client.place(many.build()));
        Violations told =
                ErrorDetails.find(error, Violations.getDefaultInstance()).orElseThrow();
        assertThat(told.getViolationsCount()).isBetween(5, 100);
        assertThat(error.message()).endsWith("and " + (10_000 - told.getViolationsCount()) + " more");

        for (int i = 0; i < 1_000_000; i++) {
            many.addMany(10);
        }
        // A large message is not looked at any further than to its first one.
        CallException first = failure(() -> client.place(many.build()));
        assertThat(ErrorDetails.find(first, Violations.getDefaultInstance())
                        .orElseThrow()
                        .getViolationsCount())
                .isEqualTo(1);
    }

    @Test
    void aViolationThatIsTooLargeIsStillAnError() {
        CallException error = failure(() ->
                client.place(Ruled.newBuilder().putPrices("x".repeat(50_000), 1).build()));
        assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(error.message()).hasSizeLessThan(600).contains("parley.test.v1.Ruled");
    }

    @Test
    void aStreamFailsAtTheMessage() {
        Ruled good = Ruled.getDefaultInstance();
        Ruled bad = Ruled.newBuilder().setQuantity(101).build();
        CallException error = failure(() -> client.placeAll(Messages.of(good, good, bad, good)));
        assertThat(error.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(error.message()).startsWith("quantity: ");
        assertThat(reached).hasSize(2);
    }

    @Test
    void proto2AndARuleOfOnesOwn() {
        assertThat(client.placeLegacy(
                                Legacy.newBuilder().setName("ada").setCry("HEY").build())
                        .getCry())
                .isEqualTo("HEY");
        CallException error = failure(() -> client.placeLegacy(
                Legacy.newBuilder().setName("a").setLevel(10).setCry("hey").build()));
        assertThat(ErrorDetails.find(error, Violations.getDefaultInstance())
                        .orElseThrow()
                        .getViolationsList())
                .extracting(Violation::getRuleId)
                .containsExactlyInAnyOrder("string.min_len", "int32.lt", "string.shouting");
    }

    @Test
    void aRuleThatFailsIsOurFault() {
        CallException error =
                failure(() -> client.place(Ruled.newBuilder().setTrouble(7).build()));
        assertThat(error.code()).isEqualTo(Code.INTERNAL);
        assertThat(error.message()).isEqualTo("the request could not be validated");
        assertThat(reached).isEmpty();
    }

    @Test
    void aRuleThatCannotBeCompiledKeepsTheServerFromStarting() {
        assertThatThrownBy(() -> RpcServer.builder()
                        .service(BrokenRuleService.DEFINITION, new BrokenRuleService() {})
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parley.test.v1.BrokenRule.Inner ")
                .hasMessageContaining("nope");
        assertThatThrownBy(() -> RpcServer.builder()
                        .service(MismatchedRuleService.DEFINITION, new MismatchedRuleService() {})
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parley.test.v1.MismatchedRule ");
        assertThatCode(() -> RpcHandler.builder()
                        .service(BrokenRuleService.DEFINITION, new BrokenRuleService() {})
                        .validation(false)
                        .build())
                .doesNotThrowAnyException();
    }

    @Test
    void itCanBeSwitchedOff() {
        RulesService unchecked = RulesService.client(
                Channel.inProcess(builder().validation(false).build()));
        assertThat(unchecked.place(Ruled.newBuilder().setQuantity(101).build()).getQuantity())
                .isEqualTo(101);
        assertThat(failure(() -> unchecked.place(Ruled.newBuilder()
                                .addLines(Line.getDefaultInstance())
                                .build()))
                        .message())
                .isEqualTo("lines[0].title is required");
    }

    @Test
    void aValidatorOfOnesOwn() {
        List<String> asked = Collections.synchronizedList(new ArrayList<>());
        RulesService own = RulesService.client(Channel.inProcess(builder()
                .validator(message -> {
                    asked.add(message.getDescriptorForType().getName());
                    return ValidationResult.EMPTY;
                })
                .build()));
        asked.clear(); // the types were shown to it at start-up
        own.place(Ruled.newBuilder().setQuantity(101).build());
        assertThat(asked).containsExactly("Ruled");
    }

    @Test
    void itStandsBehindInterceptors() {
        Interceptor nobody = new Interceptor() {
            @Override
            public <Q, R> R intercept(dev.parley.Call call, Q request, dev.parley.Handler<Q, R> next) {
                throw new CallException(Code.UNAUTHENTICATED, "who are you");
            }
        };
        RulesService closed = RulesService.client(
                Channel.inProcess(builder().interceptors(List.of(nobody)).build()));
        assertThat(failure(() ->
                                closed.place(Ruled.newBuilder().setQuantity(101).build()))
                        .code())
                .isEqualTo(Code.UNAUTHENTICATED);
    }

    @Test
    void aProblemDocumentShowsThem() throws Exception {
        Requests.Answer answer =
                new Requests(builder().build()).json("POST", "/v1/ruled", "{\"quantity\": 101, \"code\": \"ABC\"}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.text())
                .contains("\"@type\":\"type.googleapis.com/buf.validate.Violations\"")
                .contains("\"ruleId\":\"int32.gte_lte\"")
                .contains("\"fieldName\":\"quantity\"")
                .contains("type.googleapis.com/google.rpc.BadRequest");
    }

    /** In a JVM of its own, which says what it loads. */
    @Test
    void nothingOfItIsLoadedWithoutRules() throws Exception {
        assertThat(loaded("echo")).isEmpty();
        assertThat(loaded("rules")).isNotEmpty();
    }

    private static List<String> loaded(String which) throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-Xlog:class+load:stdout",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starts.class.getName(),
                        which)
                .redirectErrorStream(true)
                .start();
        List<String> lines = process.inputReader().lines().toList();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(lines).contains("started " + which);
        return lines.stream()
                .filter(line -> line.contains("] dev.cel.") || line.contains("] build.buf.protovalidate."))
                .toList();
    }

    /** A server that starts and stops. */
    static final class Starts {
        private Starts() {}

        public static void main(String[] args) {
            RpcServer.Builder server = RpcServer.builder();
            if (args[0].equals("echo")) {
                server.service(EchoService.DEFINITION, new EchoService() {});
            } else {
                server.service(RulesService.DEFINITION, new RulesService() {});
            }
            server.start().close();
            System.out.println("started " + args[0]);
        }
    }

    private static CallException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return assertThatThrownBy(call)
                .isInstanceOf(CallException.class)
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.type(CallException.class))
                .actual();
    }
}
