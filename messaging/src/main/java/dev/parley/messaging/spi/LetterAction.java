package dev.parley.messaging.spi;

/** What is to be done with a dead letter. */
public enum LetterAction {
    /** It stays. */
    KEEP,
    /** Back to the group that gave it up, and to no other, its attempts counted from 1. */
    REDRIVE,
    /** Removed for good. */
    DISCARD
}
