/**
 * REST for people: JSON routes, static files, and an OpenAPI document of it all with a page to try it, on the HTTP engine.
 *
 * <pre>{@code
 * record NewUser(String name) {}
 * record User(long id, String name) {}
 * Map<Long, User> users = new ConcurrentHashMap<>();
 *
 * Routes api = Routes.builder()
 *         .get("/users/{id}", request -> Optional.ofNullable(users.get(request.path("id", Long.class))))
 *         .add(Route.post("/users")
 *                 .summary("Registers a user")
 *                 .returns(201, User.class)
 *                 .handle(NewUser.class, (request, body) -> {
 *                     User user = new User(users.size() + 1, body.name());
 *                     users.put(user.id(), user);
 *                     return Reply.created("/users/" + user.id(), user);
 *                 }))
 *         .build();
 * OpenApi openApi = OpenApi.builder().title("Users").version("1.0").add(api).build();
 *
 * HttpServer server = HttpServer.builder()
 *         .port(8080)
 *         .handler(Routes.builder().mount("/", api).mount("/", openApi.routes()).build())
 *         .start();
 * }</pre>
 *
 * <p>A client of somebody else's service:
 *
 * <pre>{@code
 * try (ServiceClient inventory = ServiceClient.builder("inventory", "http://127.0.0.1:8081").build()) {
 *     Product product = inventory.get("/products/{id}", 7).as(Product.class);
 *     Optional<Product> perhaps = inventory.get("/products/{id}", 8).find(Product.class);
 *     BatchResult<Integer, Product> some = inventory.batch(List.of(7, 8))
 *             .each(Product.class, id -> inventory.get("/products/{id}", id));
 * }
 * }</pre>
 */
@NullMarked
package dev.parley.rest;

import org.jspecify.annotations.NullMarked;
