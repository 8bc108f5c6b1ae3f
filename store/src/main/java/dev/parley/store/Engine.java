package dev.parley.store;

/** Which database keeps a store. SQL text is written for each. */
public enum Engine {
    /** SQLite 3.35 or later, embedded; one process at a time. */
    SQLITE,
    /** PostgreSQL 13 or later, shared by as many processes as like. */
    POSTGRESQL
}
