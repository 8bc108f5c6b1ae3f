/**
 * Remote procedure calls from a {@code .proto} file: one plain Java interface a service, served as gRPC, Connect and
 * REST on one port, and called through the same interface.
 *
 * <pre>{@code
 * class Orders implements OrderService {
 *     public Order createOrder(CreateOrderRequest request) {
 *         return Order.newBuilder().setId("o-1").build();
 *     }
 * }
 *
 * try (RpcServer server = RpcServer.builder().port(8080).service(OrderService.DEFINITION, new Orders()).start();
 *         Channel channel = Channel.builder("http://localhost:8080").build()) {
 *     Order order = OrderService.client(channel).createOrder(request);
 * }
 * }</pre>
 *
 * <p>On the server a request goes {@link dev.parley.rpc.RpcHandler} (route and protocol), interceptors, validation,
 * idempotency if it is on, implementation; on the client interceptors, protocol, any {@code Handler<HttpRequest, HttpResponse>}. What belongs to
 * one protocol is behind a package-private interface on either side.
 */
@NullMarked
package dev.parley.rpc;

import org.jspecify.annotations.NullMarked;
