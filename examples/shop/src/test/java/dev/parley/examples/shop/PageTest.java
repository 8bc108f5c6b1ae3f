package dev.parley.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.Shop;
import dev.parley.examples.shop.servers.ShopSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The shop's page in headless Chromium; its pictures stay in {@code target/page}. */
@Timeout(180)
class PageTest {

    @TempDir
    private Path folder;

    @Test
    void aVisitorOrders() throws Exception {
        Path pictures = Files.createDirectories(Path.of("target/page").toAbsolutePath());
        try (Shop shop = Shop.open(ShopSettings.defaults())) {
            JsonObject told = visit(shop.pageUrl(), pictures);
            assertThat(told.getAsJsonArray("errors")).as("errors on the page").isEmpty();
            for (Part part : List.of(Part.PRODUCT, Part.INVENTORY, Part.ORDER, Part.NOTIFICATION, Part.ANALYTICS)) {
                assertThat(told.get("elsewhere").toString())
                        .as("calls to other origins")
                        .contains(shop.url(part));
            }
            JsonObject seen = told.getAsJsonObject("result");
            assertThat(seen.get("shelf").toString())
                    .contains(
                            "[\"Teapot\",\"€24.90\",\"1,000 in stock\"]",
                            "[\"Cup\",\"€7.50\",\"5,000 in stock\"]",
                            "[\"Sold-out samovar\",\"€310.00\",\"Sold out\"]");
            assertThat(seen.get("impossible")).as("an order of no pieces").hasToString("[\"true\",true]");
            assertThat(text(seen, "total")).isEqualTo("€22.50");
            assertThat(text(seen, "placed")).contains("3 × Cup", "€22.50", "for Ada Lovelace", "teapot, kettle");
            assertThat(seen.get("seen")).hasToString("[\"PAID\",\"CONFIRMED\"]");
            assertThat(text(seen, "problem")).contains("That cannot be done: ", "card-declined");
            assertThat(text(seen, "slow")).contains("That took too long: inventory-service");
            assertThat(text(seen, "emails"))
                    .contains("Thank you for your order", "Your order is on its way", "Your order is cancelled")
                    .contains("to ada@example.com");
            assertThat(text(seen, "numbers")).contains("turnover");
            assertThat(seen.get("overflow").getAsInt()).as("pixels beyond 390").isZero();
            assertThat(pictures.resolve("narrow.png")).isNotEmptyFile();
        }
    }

    private static String text(JsonObject seen, String name) {
        JsonElement value = seen.get(name);
        return value == null ? "nothing" : value.getAsString();
    }

    private JsonObject visit(String url, Path pictures) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Path complaints = folder.resolve("complaints");
        Process node = new ProcessBuilder("node", "page.mjs", url, pictures.toString())
                .directory(Path.of("src/test/node").toFile())
                .redirectOutput(output.toFile())
                .redirectError(complaints.toFile())
                .start();
        try {
            assertThat(node.waitFor(150, TimeUnit.SECONDS)).isTrue();
        } finally {
            node.destroyForcibly();
        }
        assertThat(node.exitValue()).as(Files.readString(complaints)).isZero();
        return JsonParser.parseString(Files.readString(output, StandardCharsets.UTF_8))
                .getAsJsonObject();
    }
}
