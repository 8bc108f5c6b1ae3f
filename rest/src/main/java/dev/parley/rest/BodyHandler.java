package dev.parley.rest;

import org.jspecify.annotations.Nullable;

/** Answers the requests of a {@link Route} that have a body. Called from many threads at once, as a {@link RouteHandler}. */
@FunctionalInterface
public interface BodyHandler<B> {

    /**
     * Answers {@code request}.
     *
     * @param body read from JSON, checked
     * @return as {@link RouteHandler#handle}
     * @throws Exception as {@link RouteHandler#handle}
     */
    @Nullable
    Object handle(RestRequest request, B body) throws Exception;
}
