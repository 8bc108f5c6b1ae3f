package dev.parley.rpc;

/**
 * What is known of a {@link HealthComponent}.
 *
 * @param component which one
 * @param status {@link Health.Status#NOT_SERVING} until its first check has ended well
 * @param reason why it does not serve, for people; empty while it does. It may name hosts, so it is for logs and consoles and is
 *     never sent to who asks for health
 */
public record ComponentStatus(HealthComponent component, Health.Status status, String reason) {}
