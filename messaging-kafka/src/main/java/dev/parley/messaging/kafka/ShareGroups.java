package dev.parley.messaging.kafka;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.spi.ConsumerSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * Share groups as the admin client sees them: where a group begins that the broker does not know, and its configuration. Thread-safe.
 *
 * @see <a href="https://cwiki.apache.org/confluence/x/CIq3FQ">KIP-932</a>
 */
final class ShareGroups {

    private static final String DELIVERIES = "share.delivery.count.limit";

    /** Of our groups; ten deliveries are the most that a broker allows by default. */
    private static final Map<String, String> CONFIG =
            Map.of("share.auto.offset.reset", "earliest", "share.isolation.level", "read_committed", DELIVERIES, "10");

    /** How long brokers may take to hear of a new configuration. */
    private static final Duration KNOWN = Duration.ofSeconds(10);

    /** The broker's default, where it does not say. */
    private static final int DEFAULT_DELIVERIES = 5;

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final KafkaClients clients;
    private final KafkaSettings settings;
    private final StartOffsets offsets;

    ShareGroups(KafkaClients clients, KafkaSettings settings, StartOffsets offsets) {
        this.clients = clients;
        this.settings = settings;
        this.offsets = offsets;
    }

    /** Where a group is in each partition that it has begun with; empty if the broker does not know it. */
    Map<TopicPartition, SharePartitionOffsetInfo> offsets(String group) throws Exception {
        try {
            Map<TopicPartition, SharePartitionOffsetInfo> all = new HashMap<>();
            clients.admin()
                    .listShareGroupOffsets(Map.of(group, new ListShareGroupOffsetsSpec()))
                    .partitionsToOffsetInfo(group)
                    .get()
                    .forEach((partition, info) -> {
                        if (info != null) {
                            all.put(partition, info);
                        }
                    });
            return all;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupIdNotFoundException) {
                return Map.of();
            }
            throw translated(e, "asking for the offsets of " + group);
        }
    }

    /**
     * Makes a group known.
     *
     * @param users the partitions that it begins with; those that appear later begin at their beginning
     * @return false if somebody else has made it known meanwhile
     */
    boolean begin(String group, ConsumerSpec spec, List<TopicPartition> users) throws Exception {
        configure(group);
        Map<TopicPartition, Long> start = offsets.of(spec.queue(), spec.start(), users);
        if (start.isEmpty()) {
            return false; // a pattern that no topic matches yet
        }
        try {
            clients.admin().alterShareGroupOffsets(group, start).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupNotEmptyException) {
                return false;
            }
            if (e.getCause() instanceof GroupIdNotFoundException) {
                throw new CallException(
                        Code.FAILED_PRECONDITION,
                        "group \"%s\" at %s is no share group, as share=true needs: it was used without that, and is to be deleted first"
                                .formatted(group, settings.shown()),
                        e.getCause());
            }
            throw translated(e, "setting the first offsets of " + group);
        }
    }

    private void configure(String group) throws Exception {
        try {
            alter(group, CONFIG, AlterConfigOp.OpType.SET);
            awaitConfigured(group);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof InvalidConfigurationException)
                    && !(e.getCause() instanceof InvalidRequestException)) {
                throw translated(e, "configuring the group " + group);
            }
            // The broker allows fewer deliveries: it is asked how many.
            Map<String, String> less = new HashMap<>(CONFIG);
            less.remove(DELIVERIES);
            try {
                alter(group, less, AlterConfigOp.OpType.SET);
            } catch (ExecutionException again) {
                throw translated(again, "configuring the group " + group);
            }
        }
    }

    /** The controller has it, but brokers hear of it a moment later, and whoever asks meanwhile takes the limit for lower than it is. */
    private void awaitConfigured(String group) throws Exception {
        int wanted = Integer.parseInt(Objects.requireNonNull(CONFIG.get(DELIVERIES)));
        long deadline = System.nanoTime() + KNOWN.toNanos();
        while (deliveries(group) < wanted && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE);
        }
    }

    private void alter(String group, Map<String, String> config, AlterConfigOp.OpType how)
            throws ExecutionException, InterruptedException {
        Collection<AlterConfigOp> changes = new ArrayList<>();
        config.forEach((name, value) -> changes.add(new AlterConfigOp(new ConfigEntry(name, value), how)));
        clients.admin()
                .incrementalAlterConfigs(Map.of(resource(group), changes))
                .all()
                .get();
    }

    private static ConfigResource resource(String group) {
        return new ConfigResource(ConfigResource.Type.GROUP, group);
    }

    /** How often the broker delivers a record of a group at most; then it drops it. */
    int deliveries(String group) throws Exception {
        ConfigResource resource = resource(group);
        ConfigEntry entry = clients.answer(
                        Objects.requireNonNull(clients.admin()
                                .describeConfigs(List.of(resource))
                                .values()
                                .get(resource)),
                        "asking for the settings of " + group)
                .get(DELIVERIES);
        return entry == null ? DEFAULT_DELIVERIES : Integer.parseInt(entry.value());
    }

    /** Waits until a group has a member: from then on nobody else can say where it begins. */
    boolean awaitMember(String group, Duration atMost) throws Exception {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (clients.answer(
                        Objects.requireNonNull(clients.admin()
                                .describeShareGroups(List.of(group))
                                .describedGroups()
                                .get(group)),
                        "asking for the members of " + group)
                .members()
                .isEmpty()) {
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
            Thread.sleep(PAUSE);
        }
        return true;
    }

    /** Deletes a group with its configuration; false if it still has members, unless this is the last try. */
    boolean deleted(String group, boolean last) throws Exception {
        try {
            clients.admin().deleteShareGroups(List.of(group)).all().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof GroupNotEmptyException && !last) {
                return false;
            }
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw translated(e, "deleting the group " + group);
            }
        }
        try {
            alter(group, CONFIG, AlterConfigOp.OpType.DELETE);
        } catch (ExecutionException e) {
            // The settings of a group that is not there do no harm.
        }
        return true;
    }

    private Exception translated(ExecutionException thrown, String doing) {
        if (thrown.getCause() instanceof UnsupportedVersionException) {
            return new CallException(
                    Code.FAILED_PRECONDITION,
                    "%s at %s: share=true needs brokers of Kafka 4.2 or later with the feature share.version at 1"
                            .formatted(doing, settings.shown()),
                    thrown.getCause());
        }
        return KafkaErrors.translated(thrown, doing, settings);
    }
}
