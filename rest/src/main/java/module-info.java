/** REST for people: JSON routes, typed clients, OpenAPI; see the package {@code dev.parley.rest}. */
module dev.parley.rest {
    requires transitive dev.parley;
    requires transitive dev.parley.http;
    requires static transitive org.jspecify;
    requires transitive tools.jackson.databind;

    exports dev.parley.rest;
}
