package dev.parley.examples.shop.scenario;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.chain.ClientPolicies;
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
import dev.parley.examples.shop.recommendation.v1.GetSuggestionsRequest;
import dev.parley.examples.shop.recommendation.v1.GetSuggestionsResponse;
import dev.parley.examples.shop.recommendation.v1.RecommendationService;
import dev.parley.examples.shop.servers.Part;
import dev.parley.resilience.BulkheadPolicy;
import dev.parley.resilience.CircuitBreakerPolicy;
import dev.parley.resilience.ResilienceEvent;
import dev.parley.rpc.RpcServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Services that fail or hang, and what the order service makes of it. */
final class Outages {

    private static final int PATIENCE_SECONDS = 10;

    static final List<Step<Stage>> STEPS = List.of(
            new Step<>("a payment service that fails opens its breaker, which closes once it works", Outages::payment),
            new Step<>("suggestions that hang exhaust nothing", Outages::suggestions));

    private Outages() {}

    /** Payments behind a bank that is down now and then. */
    private static final class Bank implements PaymentService {
        private final Payments payments = new Payments(new Ledger(1_000));
        private final AtomicInteger asked = new AtomicInteger();
        private volatile boolean down = true;

        @Override
        public Payment processPayment(ProcessPaymentRequest request) {
            asked.incrementAndGet();
            if (down) {
                throw new CallException(Code.UNAVAILABLE, "the bank does not answer");
            }
            return payments.processPayment(request);
        }

        @Override
        public RefundPaymentResponse refundPayment(RefundPaymentRequest request) {
            return payments.refundPayment(request);
        }
    }

    private static String payment(Stage stage) throws InterruptedException {
        Bank bank = new Bank();
        List<String> states = new CopyOnWriteArrayList<>();
        ClientPolicies policies = ClientPolicies.defaults()
                .withBreaker(CircuitBreakerPolicy.defaults().withOpenTime(Duration.ofSeconds(2)));
        try (RpcServer server =
                RpcServer.builder().service(PaymentService.DEFINITION, bank).start()) {
            String url = stage.shop.openOrders(Part.PAYMENT, "http://127.0.0.1:" + server.port(), policies, event -> {
                if (event instanceof ResilienceEvent.BreakerChanged changed) {
                    states.add(changed.to().name());
                }
            });
            OrderService orders = OrderService.client(stage.plain(url));
            CreateOrderRequest order = Stage.order("u-1", "sku-2", 1);
            int failed = 0;
            while (states.isEmpty()) {
                Expect.failure(Code.UNAVAILABLE, () -> orders.createOrder(order));
                failed++;
                Expect.that(failed <= 5, "five failures open the breaker");
            }
            int asked = bank.asked.get();
            long start = System.nanoTime();
            CallException refused = Expect.failure(Code.UNAVAILABLE, () -> orders.createOrder(order));
            long micros = (System.nanoTime() - start) / 1_000;
            Expect.equal(asked, bank.asked.get(), "how often the payment service was asked once the breaker was open");
            bank.down = false;
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (!states.getLast().equals("CLOSED")) {
                Expect.that(System.nanoTime() < until, "the breaker closes again, but it went " + states);
                try {
                    Expect.equal(OrderStatus.PAID, orders.createOrder(order).getStatus(), "the order's status");
                } catch (CallException stillOpen) {
                    Expect.equal(Code.UNAVAILABLE, stillOpen.code(), "the code while it is open");
                    TimeUnit.MILLISECONDS.sleep(20);
                }
            }
            Expect.equal(List.of("OPEN", "HALF_OPEN", "CLOSED"), states, "the states of the breaker");
            return failed + " failures opened it, the next order was " + refused.code() + " after " + micros
                    + " us without a payment asked for; then HALF_OPEN, CLOSED, " + OrderStatus.PAID;
        }
    }

    private static String suggestions(Stage stage) throws InterruptedException, ExecutionException {
        int orders = 100;
        // With the four of the mailroom no more than a load shedder lets run in any case: this is not about shedding.
        int atOnce = 16;
        int most = 10;
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger peak = new AtomicInteger();
        RecommendationService hangs = new RecommendationService() {
            @Override
            public GetSuggestionsResponse getSuggestions(GetSuggestionsRequest request) {
                peak.accumulateAndGet(inside.incrementAndGet(), Math::max);
                try {
                    goOn.await();
                    return GetSuggestionsResponse.getDefaultInstance();
                } catch (InterruptedException e) {
                    throw CallException.interrupted(e, "better times");
                } finally {
                    inside.decrementAndGet();
                }
            }
        };
        ClientPolicies policies = ClientPolicies.defaults()
                .withBulkhead(BulkheadPolicy.defaults().withMaxConcurrent(most).withMaxWaiting(0));
        try (RpcServer server = RpcServer.builder()
                        .service(RecommendationService.DEFINITION, hangs)
                        .start();
                ExecutorService threads =
                        Executors.newFixedThreadPool(atOnce, Thread.ofVirtual().factory())) {
            String url = stage.shop.openOrders(
                    Part.RECOMMENDATION, "http://127.0.0.1:" + server.port(), policies, event -> {});
            OrderService client = OrderService.client(stage.plain(url));
            long start = System.nanoTime();
            List<Future<Order>> made = new ArrayList<>();
            for (int i = 0; i < orders; i++) {
                made.add(threads.submit(() -> client.createOrder(Stage.order("u-1", "sku-2", 1))));
            }
            for (Future<Order> order : made) {
                Expect.equal(OrderStatus.PAID, order.get().getStatus(), "the order's status");
            }
            long millis = (System.nanoTime() - start) / 1_000_000;
            Expect.that(peak.get() <= most, "no more than " + most + " calls hang at once, not " + peak);
            goOn.countDown();
            return orders + " orders, " + atOnce + " at once, all " + OrderStatus.PAID + " without suggestions in "
                    + millis + " ms; never more than " + peak + " calls hung, the limit of the bulkhead";
        }
    }
}
