/**
 * REST for people: JSON to and from records, on the HTTP engine.
 *
 * <pre>{@code
 * Json json = Json.standard();
 * User user = json.read(request.body().readAll(), User.class);
 * HttpResponse answer = HttpResponse.of(200, "application/json", json.write(user));
 * }</pre>
 */
@NullMarked
package dev.parley.rest;

import org.jspecify.annotations.NullMarked;
