package dev.parley.discovery;

/** What a registry can do; asking for what it cannot is an error at once. */
public enum RegistryCapability {
    /** Instances can be registered through it. */
    REGISTER,
    /** Changes are told when they happen; without it they are seen when the registry is next asked. */
    WATCH,
    /** A registration that is not renewed runs out. */
    LEASE,
    /** Metadata, zone and weight of an instance come back as they were registered. */
    METADATA
}
