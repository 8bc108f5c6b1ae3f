/**
 * The HTTP engine: a server and a client for HTTP/1.1 and HTTP/2, both of the shape {@code Handler<HttpRequest,
 * HttpResponse>}.
 *
 * <pre>{@code
 * HttpServer server = HttpServer.builder()
 *         .port(8080)
 *         .handler((call, request) -> HttpResponse.text(200, "Hello"))
 *         .start();
 * }</pre>
 */
@NullMarked
package dev.parley.http;

import org.jspecify.annotations.NullMarked;
