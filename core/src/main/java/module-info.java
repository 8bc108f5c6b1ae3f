/** The core of Parley; see the package {@code dev.parley}. */
module dev.parley {
    requires static transitive org.jspecify;

    exports dev.parley;
}
