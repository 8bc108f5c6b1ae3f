package dev.parley;

public interface Messages<T> extends AutoCloseable, Iterable<T> {}
