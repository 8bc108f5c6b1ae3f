package dev.parley.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.examples.shop.inventory.v1.CheckStockRequest;
import dev.parley.examples.shop.inventory.v1.InventoryService;
import dev.parley.examples.shop.order.v1.CreateOrderRequest;
import dev.parley.examples.shop.order.v1.Order;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.processes.Fleet;
import dev.parley.examples.shop.processes.FleetSettings;
import dev.parley.examples.shop.processes.Member;
import dev.parley.rpc.Channel;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shop in processes: that it works, and that nothing of it stays behind. */
@Timeout(300)
class ProcessesTest {

    private static final Pattern PID = Pattern.compile("pid (\\d+)");
    private static final int MEMBERS = 12;

    private static boolean isGone(long pid) {
        return ProcessHandle.of(pid).map(process -> !process.isAlive()).orElse(true);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(10); // the test's timeout ends it
        }
    }

    @Test
    void anOrderGoesThroughAllOfThemAndAllAreGoneInTheEnd() throws Exception {
        List<Long> pids;
        try (Fleet fleet = Fleet.of(FleetSettings.defaults().withPatience(Duration.ofSeconds(10)))) {
            fleet.start();
            pids = fleet.members().stream().map(Member::pid).toList();
            assertThat(pids)
                    .hasSize(MEMBERS)
                    .doesNotHaveDuplicates()
                    .doesNotContain(ProcessHandle.current().pid());

            try (Channel orders = Channel.builder(fleet.target("order-service")).build();
                    Channel first = Channel.builder(fleet.members("inventory-service")
                                    .getFirst()
                                    .url())
                            .build();
                    Channel second = Channel.builder(
                                    fleet.members("inventory-service").getLast().url())
                            .build()) {
                Order order = OrderService.client(orders)
                        .createOrder(CreateOrderRequest.newBuilder()
                                .setUserId("u-1")
                                .setProductId("sku-3")
                                .setQuantity(3)
                                .build());
                assertThat(order.getCustomerName()).isEqualTo("Ada Lovelace");
                assertThat(available(first))
                        .as("as either instance sees the one stock")
                        .isEqualTo(197);
                assertThat(available(second))
                        .as("as either instance sees the one stock")
                        .isEqualTo(197);
            }
            assertThat(servicesOnThePage(fleet.pageUrl()))
                    .contains("\"inventory-service\":", "\"order-service\":")
                    .contains(port(fleet.members("user-service").getFirst().url()));
        }
        await(() -> pids.stream().allMatch(ProcessesTest::isGone));
    }

    private static int available(Channel inventory) {
        return InventoryService.client(inventory)
                .checkStock(CheckStockRequest.newBuilder().setProductId("sku-3").build())
                .getAvailable();
    }

    private static String port(String url) {
        return url.substring(url.lastIndexOf(':') + 1);
    }

    private static String servicesOnThePage(String page) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(page + "services.json"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theyEndWithTheOneThatHasStartedThem(boolean killed) throws Exception {
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "demo",
                        "--processes",
                        "--base-port=0")
                .redirectErrorStream(true)
                .start();
        List<Long> pids = new ArrayList<>();
        try (BufferedReader said = demo.inputReader()) {
            List<String> lines = new ArrayList<>();
            String line = said.readLine();
            while (line != null && !line.contains("The shop is open")) {
                lines.add(line);
                Matcher pid = PID.matcher(line);
                if (pid.find()) {
                    pids.add(Long.parseLong(pid.group(1)));
                }
                line = said.readLine();
            }
            assertThat(pids).as(String.join("\n", lines)).hasSize(MEMBERS);
            assertThat(pids).noneMatch(ProcessesTest::isGone);
            if (killed) {
                demo.destroyForcibly();
            } else {
                demo.destroy();
            }
            await(() -> pids.stream().allMatch(ProcessesTest::isGone));
            await(() -> !demo.isAlive());
        } finally {
            demo.destroyForcibly();
            pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        }
    }
}
