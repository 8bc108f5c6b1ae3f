/**
 * REST for people: JSON to and from records, on the HTTP engine.
 *
 * <pre>{@code
 * Json json = Json.standard();
 * User user = json.read(request.body().readAll(), User.class);
 * HttpResponse answer = HttpResponse.of(200, "application/json", json.write(user));
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
