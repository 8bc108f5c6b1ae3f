package dev.parley.chain;

import dev.parley.Interceptor;
import dev.parley.Method;
import java.util.Objects;
import java.util.function.Function;

/**
 * One interceptor of a {@link Chain}, or one for each method.
 *
 * @param name what it is called in the chain; not empty
 * @param methods the methods that it stands in front of
 * @param interceptor gives the interceptor of a method; asked once for each method that a chain is put around
 */
public record ChainEntry(String name, MethodFilter methods, Function<Method, Interceptor> interceptor) {

    /** Checks that nothing is null and the name is not empty. */
    public ChainEntry {
        Objects.requireNonNull(methods, "methods");
        Objects.requireNonNull(interceptor, "interceptor");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("an entry of a chain needs a name");
        }
    }

    /** One interceptor for all methods, and whatever state it has shared by them. */
    public static ChainEntry of(String name, Interceptor interceptor) {
        Objects.requireNonNull(interceptor, "interceptor");
        return new ChainEntry(name, MethodFilter.ALL, method -> interceptor);
    }

    /** An interceptor, and a state, for each method. */
    public static ChainEntry perMethod(String name, Function<Method, Interceptor> interceptor) {
        return new ChainEntry(name, MethodFilter.ALL, interceptor);
    }

    /** For these methods only; see {@link MethodFilter#of}. */
    public ChainEntry on(String... patterns) {
        return new ChainEntry(name, MethodFilter.of(patterns), interceptor);
    }

    @Override
    public String toString() {
        return methods.equals(MethodFilter.ALL) ? name : name + " (" + methods + ")";
    }
}
