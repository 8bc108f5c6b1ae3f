package dev.parley.rpc.internal.json;

/** A message that JSON cannot say: a time out of range, an Any of an unknown type, a lone surrogate, too deep a nesting. */
public final class UnwritableException extends RuntimeException {

    private static final long serialVersionUID = 1;

    UnwritableException(String message) {
        super(message);
    }
}
