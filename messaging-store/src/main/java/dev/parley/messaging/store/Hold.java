package dev.parley.messaging.store;

/** The receipt of a delivery: it counts while the row has this token. */
record Hold(long message, long token) {}
