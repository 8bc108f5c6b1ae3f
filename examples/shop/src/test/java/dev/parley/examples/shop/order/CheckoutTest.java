package dev.parley.examples.shop.order;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.events.OrderCancelled;
import dev.parley.examples.shop.events.OrderConfirmed;
import dev.parley.examples.shop.events.OrderEvent;
import dev.parley.examples.shop.events.OrderFollower;
import dev.parley.examples.shop.events.OrderPlaced;
import dev.parley.examples.shop.inventory.Inventory;
import dev.parley.examples.shop.inventory.StockStore;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.inventory.v1.StockLevel;
import dev.parley.examples.shop.money.v1.Money;
import dev.parley.examples.shop.order.v1.CancelOrderRequest;
import dev.parley.examples.shop.order.v1.ConfirmOrderRequest;
import dev.parley.examples.shop.order.v1.CreateOrderRequest;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.order.v1.OrderStatus;
import dev.parley.examples.shop.payment.Ledger;
import dev.parley.examples.shop.payment.Payments;
import dev.parley.examples.shop.payment.v1.Payment;
import dev.parley.examples.shop.payment.v1.PaymentService;
import dev.parley.examples.shop.payment.v1.ProcessPaymentRequest;
import dev.parley.examples.shop.payment.v1.RefundPaymentRequest;
import dev.parley.examples.shop.payment.v1.RefundPaymentResponse;
import dev.parley.examples.shop.product.Products;
import dev.parley.examples.shop.product.v1.Product;
import dev.parley.examples.shop.product.v1.ProductService;
import dev.parley.examples.shop.recommendation.Recommendations;
import dev.parley.examples.shop.recommendation.v1.RecommendationService;
import dev.parley.examples.shop.simulation.Simulation;
import dev.parley.examples.shop.user.UserStore;
import dev.parley.examples.shop.user.Users;
import dev.parley.examples.shop.user.v1.UserService;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.StartFrom;
import dev.parley.rpc.CallOptions;
import dev.parley.rpc.Channel;
import dev.parley.rpc.RpcHandler;
import dev.parley.rpc.ServiceDefinition;
import dev.parley.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an order takes back when it fails, over channels in this process. */
class CheckoutTest {

    private final StockStore stock = new StockStore(100);
    private final RecordedPayments payments = new RecordedPayments();
    private final MessageBroker broker = MessageBroker.connect("memory:");
    private final List<AutoCloseable> closing = new ArrayList<>();
    private Store store;

    @BeforeEach
    void open(@TempDir Path folder) {
        store = Store.open("sqlite:" + folder);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
        broker.close();
        store.close();
    }

    /** The payment service, with what was done to it, and a way to break it. */
    private static final class RecordedPayments implements PaymentService {
        private final Payments real = new Payments(new Ledger(100));
        private final List<String> done = Collections.synchronizedList(new ArrayList<>());
        private volatile Simulation afterwards = Simulation.NONE;

        @Override
        public Payment processPayment(ProcessPaymentRequest request) {
            Payment payment = real.processPayment(request);
            done.add("paid");
            afterwards.play();
            return payment;
        }

        @Override
        public RefundPaymentResponse refundPayment(RefundPaymentRequest request) {
            RefundPaymentResponse response = real.refundPayment(request);
            done.add(response.getRefunded() ? "refunded" : "nothing to refund");
            return response;
        }
    }

    private OrderService.Client orders(int limit) {
        UserStore users = new UserStore(10);
        users.add("u-1", "Ada", "ada@example.com", "");
        stock.add("sku-1", 10);
        Money price = Money.newBuilder().setCents(100).setCurrency("EUR").build();
        Product product = Product.newBuilder().setId("sku-1").setPrice(price).build();
        Map<String, RpcHandler> partners = Map.of(
                "user-service", handler(UserService.DEFINITION, new Users(users)),
                "inventory-service", handler(InventoryService.DEFINITION, new Inventory(stock, Map.of())),
                "product-service", handler(ProductService.DEFINITION, new Products(List.of(product))),
                "payment-service", handler(PaymentService.DEFINITION, payments),
                "recommendation-service",
                        handler(RecommendationService.DEFINITION, new Recommendations(List.of(), Map.of())));
        // No order here is to fail for being slow: the first of them find a cold machine.
        Patience patience = Patience.defaults().withInventory(Duration.ofSeconds(20));
        Partners channels =
                new Partners(name -> Channel.builder(name).inProcess(requireNonNull(partners.get(name))), patience);
        OrderDatabase database = new OrderDatabase(store, broker, limit, Duration.ofSeconds(10));
        closing.add(0, database);
        Orders service = new Orders(database.orders(), channels, patience);
        return OrderService.client(Channel.inProcess(handler(OrderService.DEFINITION, service)));
    }

    private static <S> RpcHandler handler(ServiceDefinition<S> definition, S implementation) {
        return RpcHandler.builder().service(definition, implementation).build();
    }

    private static CreateOrderRequest twoOf(String productId) {
        return CreateOrderRequest.newBuilder()
                .setUserId("u-1")
                .setProductId(productId)
                .setQuantity(2)
                .build();
    }

    private static CallException failure(Runnable call) {
        return catchThrowableOfType(CallException.class, call::run);
    }

    private void assertStock(int available, int reserved) {
        StockLevel level = stock.level("sku-1");
        assertThat(List.of(level.getAvailable(), level.getReserved())).containsExactly(available, reserved);
    }

    @Test
    void aGoodOrderReservesAndPays() {
        Order order = orders(10).createOrder(twoOf("sku-1"));
        assertThat(order.getTotal().getCents()).isEqualTo(200);
        assertStock(8, 2);
        assertThat(payments.done).containsExactly("paid");
    }

    @Test
    void aDeclinedPaymentReleasesTheStock() {
        OrderService orders = orders(10);
        CreateOrderRequest request =
                twoOf("sku-1").toBuilder().setPaymentMethod(Payments.DECLINED).build();
        assertThat(failure(() -> orders.createOrder(request)).code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertStock(10, 0);
        assertThat(payments.done).containsExactly("nothing to refund");
    }

    @Test
    void aPaymentWithoutAnAnswerMayHaveGoneThroughSoItIsRefunded() {
        OrderService orders = orders(10);
        payments.afterwards = Simulation.FAILURE;
        CallException error = failure(() -> orders.createOrder(twoOf("sku-1")));
        assertThat(error.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(error.message()).isEqualTo("payment-service is not available");
        assertStock(10, 0);
        // To pay is idempotent, so it is tried again before it is given up.
        assertThat(payments.done).startsWith("paid").endsWith("refunded").containsOnlyOnce("refunded");
    }

    @Test
    void aCallerThatLeavesWhileItPaysLeavesNothingBehind() throws InterruptedException {
        OrderService.Client orders = orders(10);
        orders.createOrder(
                twoOf("sku-1")); // the first one may be slow, and the next has a second to get to its payment
        payments.afterwards = Simulation.slow(Duration.ofSeconds(20));
        OrderService hurried = orders.with(CallOptions.defaults().withTimeout(Duration.ofSeconds(1)));
        assertThat(failure(() -> hurried.createOrder(twoOf("sku-1"))).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (stock.level("sku-1").getReserved() > 2 && System.nanoTime() < until) {
            Thread.sleep(5); // it is taken back after the caller has its answer, the money before the stock
        }
        assertStock(8, 2);
        assertThat(payments.done).containsExactly("paid", "paid", "refunded");
    }

    @Test
    void anOrderThatCannotBeStoredIsTakenBack() {
        OrderService orders = orders(1);
        orders.createOrder(twoOf("sku-1"));
        CallException error = failure(() -> orders.createOrder(twoOf("sku-1")));
        assertThat(error.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(error.message()).contains("more than 1 orders");
        assertStock(8, 2);
        assertThat(payments.done).containsExactly("paid", "paid", "refunded");
    }

    @Test
    void cancellingTwiceGivesBackOnce() {
        OrderService orders = orders(10);
        Order order = orders.createOrder(twoOf("sku-1"));
        CancelOrderRequest request =
                CancelOrderRequest.newBuilder().setId(order.getId()).build();
        assertThat(orders.cancelOrder(request).getStatus()).isEqualTo(OrderStatus.CANCELLED);
        assertThat(orders.cancelOrder(request).getStatus()).isEqualTo(OrderStatus.CANCELLED);
        assertStock(10, 0);
        assertThat(payments.done).containsExactly("paid", "refunded");
    }

    @Test
    void aConfirmedOrderCannotBeCancelled() {
        OrderService orders = orders(10);
        String id = orders.createOrder(twoOf("sku-1")).getId();
        ConfirmOrderRequest confirm = ConfirmOrderRequest.newBuilder().setId(id).build();
        orders.confirmOrder(confirm);
        assertThat(orders.confirmOrder(confirm).getStatus()).isEqualTo(OrderStatus.CONFIRMED);
        CallException error = failure(() ->
                orders.cancelOrder(CancelOrderRequest.newBuilder().setId(id).build()));
        assertThat(error.code()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(error.message()).contains("CONFIRMED");
        assertStock(8, 2);
    }

    @Test
    void eachChangeIsToldOnceAndARefusedOrderIsNotToldAtAll() throws Exception {
        List<OrderEvent> heard = Collections.synchronizedList(new ArrayList<>());
        OrderService orders = orders(10);
        try (OrderFollower follower = OrderFollower.follow(
                broker, "test", StartFrom.latest(), List.of(), (event, delivery) -> heard.add(event))) {
            failure(() -> orders.createOrder(twoOf("sku-1").toBuilder()
                    .setPaymentMethod(Payments.DECLINED)
                    .build()));
            String sent = orders.createOrder(twoOf("sku-1")).getId();
            ConfirmOrderRequest confirm =
                    ConfirmOrderRequest.newBuilder().setId(sent).build();
            orders.confirmOrder(confirm);
            orders.confirmOrder(confirm);
            String back = orders.createOrder(twoOf("sku-1")).getId();
            CancelOrderRequest cancel =
                    CancelOrderRequest.newBuilder().setId(back).build();
            orders.cancelOrder(cancel);
            orders.cancelOrder(cancel);
            // The last of all that is told.
            String last = orders.createOrder(twoOf("sku-1")).getId();
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (heard.size() < 5 && System.nanoTime() < until) {
                Thread.sleep(5);
            }
            closing.removeFirst().close(); // empties the outbox
            follower.close();
            assertThat(heard)
                    .containsExactlyInAnyOrder(
                            new OrderPlaced(sent, "u-1", "sku-1", 2, 200),
                            new OrderConfirmed(sent, "u-1", "sku-1", 2, 200),
                            new OrderPlaced(back, "u-1", "sku-1", 2, 200),
                            new OrderCancelled(back, "u-1", "sku-1", 2, 200),
                            new OrderPlaced(last, "u-1", "sku-1", 2, 200));
        }
    }

    @Test
    void oversellingIsImpossibleHoweverManyOrderAtOnce() throws InterruptedException {
        OrderService orders = orders(100);
        int customers = 20;
        List<Code> refused = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch done = new CountDownLatch(customers);
        for (int i = 0; i < customers; i++) {
            Thread.startVirtualThread(() -> {
                try {
                    orders.createOrder(twoOf("sku-1"));
                } catch (CallException e) {
                    refused.add(e.code());
                } finally {
                    done.countDown();
                }
            });
        }
        assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(refused).hasSize(customers - 5).containsOnly(Code.FAILED_PRECONDITION);
        assertStock(0, 10);
    }
}
