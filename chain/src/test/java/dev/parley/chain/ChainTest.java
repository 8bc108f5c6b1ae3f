package dev.parley.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.parley.Call;
import dev.parley.CallScope;
import dev.parley.Handler;
import dev.parley.Interceptor;
import dev.parley.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChainTest {

    private static final Method CREATE = Method.unary("shop.order.v1.OrderService", "CreateOrder");
    private static final Method GET = Method.unary("shop.order.v1.OrderService", "GetOrder");
    private static final Method CHARGE = Method.unary("shop.payment.v1.PaymentService", "Charge");

    private final List<String> passed = new ArrayList<>();

    /** Notes that a call went by. */
    private record Note(String name, List<String> passed) implements Interceptor {
        @Override
        public <Q, R> R intercept(Call call, Q request, Handler<Q, R> next) throws Exception {
            passed.add(name);
            return next.handle(call, request);
        }
    }

    private ChainEntry entry(String name) {
        return ChainEntry.of(name, new Note(name, passed));
    }

    private List<String> call(Chain chain, Method method) throws Exception {
        passed.clear();
        String answer = chain.around(method, (Call call, String text) -> text + "!")
                .handle(CallScope.builder(method).build(), "hello");
        assertThat(answer).isEqualTo("hello!");
        return List.copyOf(passed);
    }

    @Test
    void theFirstEntryIsTheOutermost() throws Exception {
        Chain chain = Chain.of(List.of(entry("a"), entry("b")))
                .withFirst(entry("first"))
                .withLast(entry("last"));
        assertThat(call(chain, CREATE)).containsExactly("first", "a", "b", "last");
        assertThat(chain).hasToString("[first, a, b, last]");
    }

    @Test
    void entriesAreAddedRemovedAndReplacedByName() throws Exception {
        Chain chain = Chain.of(List.of(entry("a"), entry("b")));
        assertThat(call(chain.withBefore("b", entry("x")), CREATE)).containsExactly("a", "x", "b");
        assertThat(call(chain.withAfter("b", entry("x")), CREATE)).containsExactly("a", "b", "x");
        assertThat(call(chain.without("a"), CREATE)).containsExactly("b");
        assertThat(call(chain.withReplaced("a", new Note("other", passed)), CREATE))
                .containsExactly("other", "b");
        assertThat(call(chain, CREATE)).containsExactly("a", "b"); // itself as it was
    }

    @Test
    void anEntryMayBeForSomeMethodsOnly() throws Exception {
        Chain chain = Chain.of(List.of(
                entry("all").on("*"),
                entry("orders").on("shop.order.v1.OrderService/*"),
                entry("some").on("shop.order.v1.OrderService/GetOrder", "shop.payment.v1.PaymentService/Charge")));
        assertThat(call(chain, CREATE)).containsExactly("all", "orders");
        assertThat(call(chain, GET)).containsExactly("all", "orders", "some");
        assertThat(call(chain, CHARGE)).containsExactly("all", "some");
        assertThat(call(chain.withReplaced("orders", new Note("n", passed)), CHARGE))
                .as("what is replaced stays for its methods")
                .containsExactly("all", "some");
    }

    @Test
    void anEntryMayHaveAStateForEachMethod() throws Exception {
        List<String> made = new ArrayList<>();
        Chain chain = Chain.empty().withLast(ChainEntry.perMethod("state", method -> {
            made.add(method.name());
            return new Note(method.name(), passed);
        }));
        Handler<String, String> create = chain.around(CREATE, (call, text) -> text);
        create.handle(CallScope.builder(CREATE).build(), "1");
        create.handle(CallScope.builder(CREATE).build(), "2");
        call(chain, GET);
        assertThat(made).containsExactly("CreateOrder", "GetOrder");
    }

    @Test
    void mistakesAreTold() {
        Chain chain = Chain.of(List.of(entry("a"), entry("b").on("x.Y/*")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> chain.without("c"))
                .withMessage("the chain has no entry 'c'; it has [a, b (x.Y/*)]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> chain.withLast(entry("a")))
                .withMessage("the chain has two entries named 'a'");
        assertThatIllegalArgumentException().isThrownBy(() -> entry("")).withMessageContaining("needs a name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a", "a/", "/b", "*/b", "*/*", "a.*/b", "a/b*", "**"})
    void aFilterOfAnotherFormIsRefused(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MethodFilter.of(pattern))
                .withMessageContaining("'" + pattern + "'")
                .withMessageContaining("service/Method");
    }

    @ParameterizedTest
    @CsvSource({
        "*, true",
        "shop.order.v1.OrderService/*, true",
        "shop.order.v1.OrderService/GetOrder, true",
        "shop.order.v1.OrderService/getOrder, false",
        "shop.order.v1.Order/*, false",
        "OrderService/*, false",
    })
    void aFilterFitsWholeNames(String pattern, boolean fits) {
        assertThat(MethodFilter.of(pattern).matches(GET)).isEqualTo(fits);
    }
}
