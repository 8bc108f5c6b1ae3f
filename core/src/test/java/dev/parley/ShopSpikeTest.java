package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The shop's code as it should read: plain interfaces, the same for serving and for calling. */
@Timeout(30)
class ShopSpikeTest {

    record OrderRequest(String user, List<String> products) {}

    record Order(String user, List<String> products, int total, List<String> suggestions) {}

    record Line(String product, int quantity) {}

    record Receipt(int lines, int pieces) {}

    /** What the generator writes for a service: one method a call, streams as {@link Messages}. */
    interface OrderService {
        Order createOrder(OrderRequest request);

        Messages<String> watchOrder(String order);

        Receipt importLines(Messages<Line> lines);

        Messages<String> negotiate(Messages<Integer> bids);
    }

    interface ProductService {
        int price(String product);
    }

    interface SuggestionService {
        List<String> suggest(String user);
    }

    /** The server's side. */
    record Orders(ProductService products, SuggestionService suggestions) implements OrderService {

        @Override
        public Order createOrder(OrderRequest request) {
            try (Fanout fanout = Fanout.all()) {
                List<Branch<Integer>> prices = request.products().stream()
                        .map(product -> fanout.required("price of " + product, () -> products.price(product)))
                        .toList();
                Branch<List<String>> more = fanout.optional(
                        "suggestions", Duration.ofSeconds(1), () -> suggestions.suggest(request.user()));
                fanout.join();
                int total = prices.stream().mapToInt(Branch::get).sum();
                Call.current().responseTrailers().add("order-total", String.valueOf(total));
                return new Order(request.user(), request.products(), total, more.orElse(List.of()));
            }
        }

        @Override
        public Messages<String> watchOrder(String order) {
            return Messages.produce(sink -> {
                for (String state : List.of("accepted", "packed", "sent")) {
                    sink.send(order + " " + state);
                }
            });
        }

        @Override
        public Receipt importLines(Messages<Line> lines) {
            int count = 0;
            int pieces = 0;
            for (Line line : lines) {
                count++;
                pieces += line.quantity();
            }
            return new Receipt(count, pieces);
        }

        @Override
        public Messages<String> negotiate(Messages<Integer> bids) {
            return bids.map(bid -> bid < 100 ? "too low" : "sold");
        }
    }

    private static final Map<String, Integer> PRICES = Map.of("tea", 3, "pot", 20);

    private final ProductService products = product -> {
        Integer price = PRICES.get(product);
        if (price == null) {
            throw new CallException(Code.NOT_FOUND, "no product " + product);
        }
        return price;
    };
    private final OrderService orders = new Orders(products, user -> List.of("cup"));
    private final CallScope scope = Calls.call();

    @Test
    void unaryCallFansOut() throws Exception {
        Order order = Calls.in(scope, () -> orders.createOrder(new OrderRequest("ada", List.of("tea", "pot"))));
        assertThat(order).isEqualTo(new Order("ada", List.of("tea", "pot"), 23, List.of("cup")));
        assertThat(scope.responseTrailers().get("order-total")).contains("23");
    }

    @Test
    void suggestionsAreNotWorthAnOrder() throws Exception {
        OrderService degraded = new Orders(products, user -> {
            throw new CallException(Code.UNAVAILABLE, "no suggestions today");
        });
        Order order = Calls.in(scope, () -> degraded.createOrder(new OrderRequest("ada", List.of("tea"))));
        assertThat(order.suggestions()).isEmpty();
    }

    @Test
    void missingProductFailsTheOrderWithItsOwnWords() {
        assertThatThrownBy(() ->
                        Calls.in(scope, () -> orders.createOrder(new OrderRequest("ada", List.of("tea", "moon")))))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.NOT_FOUND))
                .hasMessage("no product moon");
    }

    @Test
    void clientWatchesAndLeavesEarly() {
        List<String> seen = new ArrayList<>();
        try (Messages<String> updates = orders.watchOrder("order 7")) {
            for (String update : updates) {
                seen.add(update);
                if (update.endsWith("packed")) {
                    break;
                }
            }
        }
        assertThat(seen).containsExactly("order 7 accepted", "order 7 packed");
    }

    @Test
    void clientUploads() {
        Receipt receipt = orders.importLines(Messages.of(new Line("tea", 2), new Line("pot", 1)));
        assertThat(receipt).isEqualTo(new Receipt(2, 3));
    }

    @Test
    void bothTalk() {
        Pipe<Integer> bids = Messages.pipe(1);
        try (Messages<String> answers = orders.negotiate(bids.messages())) {
            bids.send(50);
            assertThat(answers.receive()).isEqualTo("too low");
            bids.send(120);
            assertThat(answers.receive()).isEqualTo("sold");
            bids.complete();
            assertThat(answers.receive()).isNull();
        }
    }
}
