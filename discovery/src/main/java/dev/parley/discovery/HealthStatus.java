package dev.parley.discovery;

/** How an instance, or one check of it, stands; the worst of an instance's checks is the instance's. */
public enum HealthStatus {
    /** It is well. */
    PASSING,
    /** It is called, but something is wrong, or about to be. */
    WARNING,
    /** It is not to be called. */
    CRITICAL;

    /** The worse of the two. */
    public HealthStatus worse(HealthStatus other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** The word for it in Consul's API: {@code passing}, {@code warning}, {@code critical}. */
    public String word() {
        return switch (this) {
            case PASSING -> "passing";
            case WARNING -> "warning";
            case CRITICAL -> "critical";
        };
    }
}
