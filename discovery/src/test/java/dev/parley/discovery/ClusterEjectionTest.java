package dev.parley.discovery;

/** {@link ClusterSpec}, of the real one. */
class ClusterEjectionTest extends ClusterSpec {}
