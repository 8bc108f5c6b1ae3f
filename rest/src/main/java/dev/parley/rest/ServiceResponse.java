package dev.parley.rest;

import dev.parley.Metadata;
import java.util.Optional;

/**
 * A service's answer with its status and headers.
 *
 * @param status 200 to 299
 * @param headers the response's headers
 * @param body what the body holds; empty if there is none (204), or it is JSON's {@code null}
 */
public record ServiceResponse<T>(int status, Metadata headers, Optional<T> body) {}
