package dev.parley.messaging;

/** What it means that a publication has returned. */
public enum Confirm {
    /** The broker's memory has it: its end loses it. */
    MEMORY,
    /** More than one server has it, or the operating system of one. */
    REPLICATED,
    /** It was synced to disk. */
    FSYNCED
}
