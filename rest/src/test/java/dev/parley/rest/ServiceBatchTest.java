package dev.parley.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.Call;
import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Method;
import dev.parley.http.HttpRequest;
import dev.parley.http.HttpResponse;
import dev.parley.http.HttpServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;

/** Many keys at a time: /items/n one by one, /items?id=… and POST /items/batch many in one. */
class ServiceBatchTest {

    record Item(int id, String name) {}

    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch never = new CountDownLatch(1);
    private final CountDownLatch stuck = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);

    private final HttpServer server = HttpServer.builder().handler(this::answer).start();
    private final ServiceClient client =
            ServiceClient.builder("stock", "http://127.0.0.1:" + server.port()).build();

    private HttpResponse answer(Call call, HttpRequest request) throws Exception {
        String body = new String(request.body().readAll(), java.nio.charset.StandardCharsets.UTF_8);
        seen.add(request.method() + ' ' + request.target() + body);
        most.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            Thread.sleep(2); // long enough for others to come in between
            if (!request.query().isEmpty()) {
                return items(Arrays.stream(request.query().split("&", -1))
                        .map(parameter -> parameter.substring("id=".length()))
                        .toList());
            }
            if (request.method().equals("POST")) {
                return items(List.of(body.replaceAll("[^0-9,]", "").split(",", -1)));
            }
            return item(Integer.parseInt(request.path().substring("/items/".length())));
        } finally {
            running.decrementAndGet();
        }
    }

    /** Not found: above 900; broken: 13 and 26; never: 99. */
    private HttpResponse item(int id) throws Exception {
        if (id == 99) {
            stuck.countDown();
            try {
                never.await();
            } finally {
                interrupted.countDown();
            }
        }
        if (id == 13) {
            return ServiceClientTest.json(500, "{\"message\":\"broken\"}");
        }
        return id > 900 ? HttpResponse.of(404) : ServiceClientTest.json(200, json(id));
    }

    private static HttpResponse items(List<String> ids) {
        if (ids.contains("13")) {
            return ServiceClientTest.json(500, "{\"message\":\"broken\"}");
        }
        List<String> found = new ArrayList<>();
        for (String id : ids.reversed()) {
            found.add(Integer.parseInt(id) > 900 ? "null" : json(Integer.parseInt(id)));
        }
        found.add(json(-1)); // nobody has asked for it
        return ServiceClientTest.json(200, found.toString());
    }

    private static String json(int id) {
        return "{\"id\":" + id + ",\"name\":\"n" + id + "\"}";
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    private ServiceRequest one(int id) {
        return client.get("/items/{id}", id);
    }

    @AfterEach
    void close() {
        never.countDown();
        client.close();
        server.close();
    }

    @Test
    void oneRequestAKeyAFewAtATime() {
        List<Integer> keys = new ArrayList<>(range(100, 139));
        keys.add(901);
        keys.add(100); // a second time
        BatchResult<Integer, Item> result = client.batch(keys).concurrency(4).each(Item.class, this::one);
        assertThat(result.found().keySet()).containsExactlyElementsOf(range(100, 139));
        assertThat(result.found().get(107)).isEqualTo(new Item(107, "n107"));
        assertThat(result.missing()).containsExactly(901);
        assertThat(result.failed()).isEmpty();
        assertThat(seen).hasSize(41).doesNotHaveDuplicates();
        assertThat(most.get()).isBetween(2, 4);
    }

    @Test
    void manyKeysARequestInTheQuery() {
        BatchResult<Integer, Item> result = client.batch(List.of(1, 2, 903, 4, 5, 6, 907))
                .chunked(3, Item.class, Item::id, some -> client.get("/items").query("id", some));
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "GET /items?id=1&id=2&id=903", "GET /items?id=4&id=5&id=6", "GET /items?id=907");
        assertThat(result.found().keySet()).containsExactly(1, 2, 4, 5, 6);
        assertThat(result.missing()).containsExactly(903, 907);
    }

    @Test
    void manyKeysARequestInTheBodyAndAGenericType() {
        BatchResult<Integer, Map<String, Object>> result = client.batch(range(1, 5))
                .chunked(
                        2,
                        new TypeReference<Map<String, Object>>() {},
                        item -> (Integer) item.getOrDefault("id", 0),
                        some -> client.post("/items/batch").body(Map.of("ids", some)));
        assertThat(seen).hasSize(3).contains("POST /items/batch{\"ids\":[5]}");
        assertThat(result.found().get(4)).containsEntry("name", "n4");
        assertThat(result.missing()).isEmpty();
        assertThat(client.batch(List.of(7))
                        .each(new TypeReference<Map<String, Object>>() {}, this::one)
                        .found()
                        .get(7))
                .containsEntry("id", 7);
    }

    @Test
    void theFirstFailureCancelsTheRest() throws Exception {
        ServiceException error = catchThrowableOfType(
                ServiceException.class,
                () -> client.batch(List.of(99, 13)).each(Item.class, id -> {
                    if (id == 13) {
                        awaited(stuck); // so that there is something to cancel
                    }
                    return one(id);
                }));
        assertThat(error.message()).isEqualTo("stock GET /items/{id} answered 500: broken");
        awaited(interrupted);
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void settlingTellsWhatHasFailed() {
        BatchResult<Integer, Item> result =
                client.batch(List.of(12, 13, 14, 901)).settle().each(Item.class, this::one);
        assertThat(result.found().keySet()).containsExactly(12, 14);
        assertThat(result.missing()).containsExactly(901);
        assertThat(result.failed()).containsOnlyKeys(13);
        assertThat(result.failed().get(13))
                .isNotNull()
                .satisfies(error -> assertThat(error.code()).isEqualTo(Code.INTERNAL));
        BatchResult<Integer, Item> chunks = client.batch(range(11, 16))
                .settle()
                .chunked(2, Item.class, Item::id, some -> client.get("/items").query("id", some));
        assertThat(chunks.found().keySet()).containsExactly(11, 12, 15, 16);
        assertThat(chunks.failed().keySet()).containsExactly(13, 14);
    }

    @Test
    void whatIsNotDoneInTimeHasFailed() {
        BatchResult<Integer, Item> result = client.batch(List.of(1, 99, 3))
                .settle()
                .concurrency(2)
                .timeout(Duration.ofMillis(1_500))
                .each(Item.class, this::one);
        assertThat(result.found().keySet()).containsExactly(1, 3);
        assertThat(result.failed().get(99))
                .isNotNull()
                .satisfies(error -> assertThat(error.code()).isEqualTo(Code.DEADLINE_EXCEEDED));
    }

    @Test
    void aCancelledCallEndsTheBatchEvenIfItSettles() throws Exception {
        CallScope call = CallScope.builder(Method.unary("shop", "list")).build();
        Thread.ofVirtual().start(() -> {
            awaited(stuck);
            call.cancel(new CallException(Code.CANCELLED, "nobody waits any more"));
        });
        assertThatThrownBy(() -> call.run(
                        (current, nothing) ->
                                client.batch(List.of(1, 99)).settle().each(Item.class, this::one),
                        ""))
                .hasMessage("nobody waits any more");
        awaited(interrupted);
    }

    @Test
    void aFaultInTheCallersCodeIsNoFailureOfTheService() {
        assertThatThrownBy(() -> client.batch(List.of(1)).settle().each(Item.class, id -> {
                    throw new IllegalStateException("a bug");
                }))
                .isInstanceOf(CallException.class)
                .hasRootCauseMessage("a bug");
    }

    @Test
    void nothingIsAskedForNothing() {
        BatchResult<Integer, Item> result = client.batch(List.<Integer>of()).each(Item.class, this::one);
        assertThat(result).isEqualTo(new BatchResult<>(Map.of(), List.of(), Map.of()));
        assertThat(seen).isEmpty();
    }

    @Test
    void wrongSettingsSaySo() {
        assertThatThrownBy(() -> client.batch(range(1, 10_001))).hasMessageContaining("10001");
        assertThatThrownBy(() -> client.batch(List.of(1)).concurrency(0)).hasMessageContaining("concurrency");
        assertThatThrownBy(() -> client.batch(List.of(1)).chunked(0, Item.class, Item::id, some -> one(1)))
                .hasMessageContaining("but are 0");
    }
}
