/** What tests of services need; see the package {@code dev.parley.testing}. */
module dev.parley.testing {
    requires java.compiler;
    requires transitive dev.parley;
    requires transitive org.junit.jupiter.api;
    requires static transitive org.jspecify;

    exports dev.parley.testing;
}
