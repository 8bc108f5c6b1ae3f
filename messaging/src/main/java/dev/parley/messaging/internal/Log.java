package dev.parley.messaging.internal;

/** Where the engine says what nobody can be told otherwise. */
final class Log {

    static final System.Logger LOG = System.getLogger("dev.parley.messaging");

    private Log() {}
}
