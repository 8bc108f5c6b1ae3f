package dev.parley.rpc;

public record CallOptions() {
    public static CallOptions defaults() {
        return new CallOptions();
    }
}
