package dev.parley.events;

import java.util.function.BiFunction;

/**
 * How a stream's events become a state.
 *
 * @param name under which snapshots of it are kept; 1 to 100 characters
 * @param version of the state's class and of the rules; snapshots of another version are not used. 1 to 1,000,000
 * @param stateClass of the state, which Jackson writes and reads
 * @param initial the state without events
 * @param step the state with one event more; without side effects
 * @param <S> state
 * @param <E> events
 */
public record Fold<S, E>(String name, int version, Class<S> stateClass, S initial, BiFunction<S, E, S> step) {

    /** Checks name and version. */
    public Fold {
        Ranges.checkName("name of a fold", name, 100);
        Ranges.check("version of a fold", version, 1, 1_000_000);
    }

    /** A fold of version 1. */
    public static <S, E> Fold<S, E> of(String name, Class<S> stateClass, S initial, BiFunction<S, E, S> step) {
        return new Fold<>(name, 1, stateClass, initial, step);
    }

    /** This with another {@link #version}. */
    public Fold<S, E> withVersion(int newVersion) {
        return new Fold<>(name, newVersion, stateClass, initial, step);
    }
}
