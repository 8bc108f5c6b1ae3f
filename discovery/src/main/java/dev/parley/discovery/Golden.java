package dev.parley.discovery;

/**
 * Evenly spread numbers: the multiples of the golden ratio, modulo one, in 64 bits without a sign. However many of them are taken one
 * after the other, the share that falls into an interval differs from its length by next to nothing (a Kronecker sequence, of the lowest
 * discrepancy there is).
 */
final class Golden {

    /** The golden ratio's fraction of 2 to the power of 64. */
    static final long RATIO = 0x9E3779B97F4A7C15L;

    private Golden() {}

    /** Whether the one with this share is let through at this turn: at {@code share} of any turns in a row. */
    static boolean lets(double share, int turn) {
        return share >= 1 || below(turn * RATIO, share);
    }

    /** Whether {@code number}, without a sign, is in the lower {@code share} of its range. */
    static boolean below(long number, double share) {
        return (number >>> 11) * 0x1.0p-53 < share;
    }

    /** Spreads {@code number} so that what was near is far (the finalizer of SplitMix64). */
    static long mixed(long number) {
        long z = number;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
