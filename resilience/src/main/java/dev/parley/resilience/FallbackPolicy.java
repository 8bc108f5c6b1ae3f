package dev.parley.resilience;

import dev.parley.Code;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/**
 * Which failures a {@link Fallback} answers. Immutable.
 *
 * @param codes the codes, {@code CANCELLED} not among them. Default {@code UNAVAILABLE}, {@code DEADLINE_EXCEEDED},
 *     {@code RESOURCE_EXHAUSTED}, {@code INTERNAL}, {@code UNKNOWN} and {@code DATA_LOSS}: the service's trouble. What is the
 *     caller's own, such as {@code INVALID_ARGUMENT} or {@code PERMISSION_DENIED}, and what is an answer, such as
 *     {@code NOT_FOUND}, a fallback would hide
 */
public record FallbackPolicy(Set<Code> codes) {

    private static final FallbackPolicy DEFAULTS = new FallbackPolicy(EnumSet.of(
            Code.UNAVAILABLE,
            Code.DEADLINE_EXCEEDED,
            Code.RESOURCE_EXHAUSTED,
            Code.INTERNAL,
            Code.UNKNOWN,
            Code.DATA_LOSS));

    /** Checks all of the above; what is wrong is an {@link IllegalArgumentException} that names it. */
    public FallbackPolicy {
        Objects.requireNonNull(codes, "codes");
        if (codes.isEmpty() || codes.contains(Code.CANCELLED)) {
            throw new IllegalArgumentException(
                    "codes must hold one at least, and not CANCELLED, whose caller does not wait, but are " + codes);
        }
        codes = Collections.unmodifiableSet(EnumSet.copyOf(codes));
    }

    /** The defaults that the parameter names. */
    public static FallbackPolicy defaults() {
        return DEFAULTS;
    }

    /** With {@code answered} in place of {@link #codes}. */
    public FallbackPolicy withCodes(Set<Code> answered) {
        return new FallbackPolicy(answered);
    }
}
