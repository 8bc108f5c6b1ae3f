package dev.parley.rest;

/** Has operations to describe: {@link Routes}, or a contract of another kind that is served over HTTP. */
@FunctionalInterface
public interface OpenApiSource {

    /** Adds its operations, and the schemas they refer to, to {@code document}. */
    void describe(OpenApiDocument document);
}
