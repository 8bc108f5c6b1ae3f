package dev.parley.rest;

import org.jspecify.annotations.Nullable;

/** Answers the requests of a {@link Route}. Called from many threads at once, each a virtual one that may block. */
@FunctionalInterface
public interface RouteHandler {

    /**
     * Answers {@code request}.
     *
     * @return a value that is written as JSON; see {@link Routes} for those that are not
     * @throws Exception becomes a problem by the table at {@link Routes}
     */
    @Nullable
    Object handle(RestRequest request) throws Exception;
}
