package dev.parley.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.examples.shop.order.v1.CreateOrderRequest;
import dev.parley.examples.shop.order.v1.OrderService;
import dev.parley.examples.shop.servers.Part;
import dev.parley.examples.shop.servers.Shop;
import dev.parley.examples.shop.servers.ShopSettings;
import dev.parley.rpc.Channel;
import dev.parley.rpc.Codec;
import dev.parley.rpc.RpcProtocol;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each error of CreateOrder: the same in every protocol and codec. */
class CreateOrderErrorsTest {

    private static Shop shop;

    @BeforeAll
    static void open() {
        shop = Shop.open(ShopSettings.defaults());
    }

    @AfterAll
    static void close() {
        shop.close();
    }

    @ParameterizedTest
    @CsvSource({
        "u-1,    sku-empty, 1,    '',            FAILED_PRECONDITION, sku-empty is out of stock",
        "u-1,    sku-3,     999,  '',            FAILED_PRECONDITION, sku-3 is out of stock",
        "u-1,    sku-1,     1,    card-declined, FAILED_PRECONDITION, declined",
        "u-1,    sku-none,  1,    '',            INVALID_ARGUMENT,    there is no product sku-none",
        "u-none, sku-1,     1,    '',            INVALID_ARGUMENT,    there is no user u-none",
        "'',     sku-1,     1,    '',            INVALID_ARGUMENT,    user_id is required",
        "u-1,    '',        1,    '',            INVALID_ARGUMENT,    product_id is required",
        "u-1,    sku-1,     0,    '',            INVALID_ARGUMENT,    quantity is required",
        "u-1,    sku-1,     -1,   '',            INVALID_ARGUMENT,    quantity must be from 1 to 1000",
        "u-1,    sku-1,     1001, '',            INVALID_ARGUMENT,    quantity must be from 1 to 1000",
        "u-1,    sku-slow,  1,    '',            DEADLINE_EXCEEDED,   inventory-service did not answer in time",
    })
    void isSaidInTheContractsWords(
            String userId, String productId, int quantity, String paymentMethod, Code code, String message) {
        CreateOrderRequest request = CreateOrderRequest.newBuilder()
                .setUserId(userId)
                .setProductId(productId)
                .setQuantity(quantity)
                .setPaymentMethod(paymentMethod)
                .build();
        for (RpcProtocol protocol : List.of(RpcProtocol.GRPC, RpcProtocol.CONNECT)) {
            for (Codec codec : List.of(Codec.PROTO, Codec.JSON)) {
                try (Channel channel = Channel.builder(shop.url(Part.ORDER))
                        .protocol(protocol)
                        .codec(codec)
                        .build()) {
                    OrderService orders = OrderService.client(channel);
                    CallException error = catchThrowableOfType(CallException.class, () -> orders.createOrder(request));
                    assertThat(error.code()).as("%s in %s", protocol, codec).isEqualTo(code);
                    assertThat(error.message()).contains(message);
                }
            }
        }
    }
}
