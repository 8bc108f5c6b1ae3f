/** REST for people: JSON routes, typed clients, OpenAPI; see the package {@code dev.parley.rest}. */
module dev.parley.rest {
    requires transitive dev.parley;
    requires transitive dev.parley.chain;
    requires transitive dev.parley.http;
    requires transitive org.jspecify;
    requires transitive tools.jackson.databind;
    requires com.fasterxml.classmate;
    requires com.github.victools.jsonschema.generator;
    requires com.github.victools.jsonschema.module.jackson;

    exports dev.parley.rest;
}
