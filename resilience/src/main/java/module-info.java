/** Policies that let calls survive; see the package {@code dev.parley.resilience}. */
module dev.parley.resilience {
    requires transitive dev.parley;
    requires static transitive org.jspecify;

    exports dev.parley.resilience;
}
