package dev.parley.tck.messaging;

import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.Capability;
import dev.parley.messaging.Failure;
import dev.parley.messaging.Message;
import dev.parley.messaging.MessageBroker;
import dev.parley.messaging.QueueName;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.BackendProfile;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Brokers with one fault each. Their suites are run by {@link BrokenBrokersTest} alone: surefire takes no nested class. */
final class BrokenBrokers {

    private BrokenBrokers() {}

    /** Without one: what the others are held against. */
    static final class Sound extends Faulty {}

    // ---- publishing

    static final class LosesEveryTwentieth extends Faulty {
        private final AtomicInteger count = new AtomicInteger();

        @Override
        List<Outgoing> broken(Outgoing message) {
            return count.incrementAndGet() % 20 == 0 ? List.of() : List.of(message);
        }
    }

    /** As where times are taken for those of another zone. */
    static final class SchedulesAnHourEarly extends Faulty {
        @Override
        List<Outgoing> broken(Outgoing message) {
            return List.of(new Outgoing(
                    message.topic(), message.message(), message.deliverAt().map(when -> when.minusSeconds(3600))));
        }
    }

    static final class MayNotSchedule extends Faulty {
        @Override
        List<Outgoing> broken(Outgoing message) {
            return List.of(Outgoing.now(message.topic(), message.message()));
        }
    }

    static final class CutsLargePayloads extends Faulty {
        @Override
        List<Outgoing> broken(Outgoing message) {
            byte[] payload = message.message().payload();
            int kept = Math.min(payload.length, BackendProfile.DEFAULT_MAX_BYTES - 1000);
            return List.of(new Outgoing(
                    message.topic(),
                    message.message().withPayload(java.util.Arrays.copyOf(payload, kept)),
                    message.deliverAt()));
        }
    }

    static final class TakesOversized extends Faulty {
        @Override
        protected MessageBroker open(BrokerOptions options) throws Exception {
            return new UnderstatedLimit(super.open(options));
        }
    }

    static final class LosesNonAscii extends Faulty {
        @Override
        List<Outgoing> broken(Outgoing message) {
            Message<byte[]> mangled = message.message();
            for (Map.Entry<String, String> each : mangled.metadata().headers().entrySet()) {
                mangled = mangled.withHeader(each.getKey(), each.getValue().replaceAll("[^\\x00-\\x7f]", "?"));
            }
            return List.of(new Outgoing(message.topic(), mangled, message.deliverAt()));
        }
    }

    static final class CutsBytesToSeven extends Faulty {
        @Override
        List<Outgoing> broken(Outgoing message) {
            byte[] payload = message.message().payload().clone();
            for (int n = 0; n < payload.length; n++) {
                payload[n] &= 0x7f;
            }
            return List.of(new Outgoing(message.topic(), message.message().withPayload(payload), message.deliverAt()));
        }
    }

    static final class ForgetsTheExpiry extends Faulty {
        @Override
        List<Outgoing> broken(Outgoing message) {
            var old = message.message().metadata();
            var metadata = new dev.parley.messaging.MessageMetadata(
                    old.source(),
                    old.timestamp(),
                    old.correlationId(),
                    old.version(),
                    old.key(),
                    Optional.empty(),
                    old.contentType(),
                    old.headers());
            return List.of(
                    new Outgoing(message.topic(), message.message().withMetadata(metadata), message.deliverAt()));
        }
    }

    // ---- groups

    static final class DeclaresLess extends Faulty {
        @Override
        BackendProfile broken(BackendProfile profile) {
            Set<Capability> fewer = EnumSet.copyOf(profile.capabilities());
            fewer.remove(Capability.REPLAY);
            return new BackendProfile(profile.system(), fewer, profile.confirm(), profile.maxMessageBytes());
        }
    }

    static final class MissesWhatFollowsASubscription extends Faulty {
        private final AtomicInteger publications = new AtomicInteger();

        @Override
        void published() {
            publications.incrementAndGet();
        }

        @Override
        BackendConsumer consumer(BrokerBackend sound, ConsumerSpec spec) {
            int before = publications.get();
            return new LateConsumer(() -> publications.get() > before, () -> sound.consume(spec));
        }
    }

    static final class HasOneQueueForAllGroups extends Faulty {
        @Override
        ConsumerSpec broken(ConsumerSpec spec) {
            return spec(spec, new QueueName(spec.queue().topic(), "all"), spec.ordered(), spec.start());
        }
    }

    static final class GivesEachConsumerAll extends Faulty {
        private final AtomicInteger count = new AtomicInteger();

        @Override
        ConsumerSpec broken(ConsumerSpec spec) {
            return spec(
                    spec,
                    new QueueName(spec.queue().topic(), spec.queue().group() + count.incrementAndGet()),
                    spec.ordered(),
                    spec.start());
        }
    }

    static final class ForgetsAGroupThatIsAway extends Faulty {
        private final Map<QueueName, Integer> consumers = new ConcurrentHashMap<>();

        @Override
        BackendConsumer consumer(BrokerBackend sound, ConsumerSpec spec) throws Exception {
            if (consumers.merge(spec.queue(), 1, Integer::sum) == 1) {
                sound.deleteGroup(spec.queue());
            }
            return new ForwardingConsumer(sound.consume(spec)) {
                @Override
                public void close() {
                    super.close();
                    consumers.merge(spec.queue(), -1, Integer::sum);
                }
            };
        }
    }

    static final class StartsFromTheEarliest extends Faulty {
        @Override
        ConsumerSpec broken(ConsumerSpec spec) {
            return spec(spec, spec.queue(), spec.ordered(), StartFrom.earliest());
        }
    }

    static final class StartsFromTheLatest extends Faulty {
        @Override
        ConsumerSpec broken(ConsumerSpec spec) {
            return spec(spec, spec.queue(), spec.ordered(), StartFrom.latest());
        }
    }

    static final class TakesAStarForMany extends Faulty {
        @Override
        ConsumerSpec broken(ConsumerSpec spec) {
            String topic = spec.queue().topic().replace("*", "#");
            return spec(spec, new QueueName(topic, spec.queue().group()), spec.ordered(), spec.start());
        }
    }

    static final class NeverForgetsAGroup extends Faulty {
        @Override
        void deleted(BrokerBackend sound, QueueName queue) {}
    }

    // ---- order

    static final class ReordersAKey extends Faulty {
        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new ForwardingConsumer(sound) {
                @Override
                public List<Received> receive(int max, Duration wait) throws Exception {
                    return sound.receive(max, wait).reversed();
                }
            };
        }
    }

    /** Among several, who has the first message of a key is slow, and nobody waits for that. */
    static final class OrdersForOneConsumerAlone extends Faulty {
        private final AtomicInteger consumers = new AtomicInteger();
        private final Set<String> settled = ConcurrentHashMap.newKeySet();

        @Override
        ConsumerSpec broken(ConsumerSpec spec) {
            return spec(spec, spec.queue(), false, spec.start());
        }

        private static String keyOf(Received each) {
            return each.message().metadata().key().orElse("");
        }

        private boolean isLate(Received each) {
            return consumers.get() > 1 && each.message().id().endsWith("-1") && !settled.contains(keyOf(each));
        }

        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            consumers.incrementAndGet();
            List<Received> late = new ArrayList<>();
            return new ForwardingConsumer(sound) {
                @Override
                public List<Received> receive(int max, Duration wait) throws Exception {
                    List<Received> all = new ArrayList<>(late);
                    if (all.size() < max) {
                        all.addAll(sound.receive(max - all.size(), Duration.ofMillis(5)));
                    }
                    late.clear();
                    all.stream().filter(each -> isLate(each)).forEach(late::add);
                    all.removeAll(late);
                    if (all.isEmpty()) {
                        Thread.sleep(1); // who asks again at once leaves handlers no processor
                    }
                    return all;
                }

                @Override
                public List<Received> settle(List<Settlement> settlements) throws Exception {
                    List<Received> stale = sound.settle(settlements);
                    settlements.forEach(each -> settled.add(keyOf(each.received())));
                    return stale;
                }

                @Override
                public void close() {
                    super.close();
                    consumers.decrementAndGet();
                }
            };
        }
    }

    /** What each has is in order; what others have meanwhile is not looked at. */
    static final class OrdersWithinAConsumer extends Faulty {
        @Override
        ConsumerSpec broken(ConsumerSpec spec) {
            return spec(spec, spec.queue(), false, spec.start());
        }
    }

    static final class OneAtATimeWhereOrdered extends Faulty {
        @Override
        BackendConsumer consumer(BrokerBackend sound, ConsumerSpec spec) throws Exception {
            BackendConsumer consumer = sound.consume(spec);
            AtomicInteger held = new AtomicInteger();
            return new ForwardingConsumer(consumer) {
                @Override
                public List<Received> receive(int max, Duration wait) throws Exception {
                    if (spec.ordered() && held.get() > 0) {
                        Thread.sleep(1);
                        return List.of();
                    }
                    List<Received> one = sound.receive(spec.ordered() ? 1 : max, wait);
                    held.addAndGet(one.size());
                    return one;
                }

                @Override
                public List<Received> settle(List<Settlement> settlements) throws Exception {
                    held.addAndGet(-settlements.size());
                    return super.settle(settlements);
                }
            };
        }
    }

    // ---- settling

    static final class AcksFirst extends Faulty {
        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new ForwardingConsumer(sound) {
                @Override
                public List<Received> receive(int max, Duration wait) throws Exception {
                    List<Received> all = sound.receive(max, wait);
                    for (Received each : all) {
                        sound.settle(List.of(new Settlement.Ack(each)));
                    }
                    return all;
                }

                @Override
                public List<Received> settle(List<Settlement> settlements) {
                    return List.of();
                }
            };
        }
    }

    static final class ForgetsAcks extends Faulty {
        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new ForwardingConsumer(sound) {
                @Override
                public List<Received> settle(List<Settlement> settlements) throws Exception {
                    return sound.settle(settlements.stream()
                            .filter(each -> !(each instanceof Settlement.Ack))
                            .toList());
                }
            };
        }
    }

    static final class LosesOnClose extends Faulty {
        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            Set<Received> held = ConcurrentHashMap.newKeySet();
            return new ForwardingConsumer(sound) {
                @Override
                public List<Received> receive(int max, Duration wait) throws Exception {
                    List<Received> all = sound.receive(max, wait);
                    held.addAll(all);
                    return all;
                }

                @Override
                public List<Received> settle(List<Settlement> settlements) throws Exception {
                    for (Settlement each : settlements) {
                        if (!(each instanceof Settlement.Release)) {
                            held.remove(each.received());
                        }
                    }
                    return sound.settle(settlements.stream()
                            .filter(each -> !(each instanceof Settlement.Release))
                            .toList());
                }

                @Override
                public void close() {
                    try {
                        for (Received each : Set.copyOf(held)) {
                            sound.settle(List.of(new Settlement.Ack(each)));
                        }
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    } finally {
                        sound.close();
                    }
                }
            };
        }
    }

    static final class HonoursAStaleLease extends Faulty {
        /** Who has a message now. */
        private final Map<String, Map.Entry<BackendConsumer, Received>> holders = new ConcurrentHashMap<>();

        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new ForwardingConsumer(sound) {
                @Override
                public List<Received> receive(int max, Duration wait) throws Exception {
                    List<Received> all = sound.receive(max, wait);
                    all.forEach(each -> holders.put(each.message().id(), Map.entry(sound, each)));
                    return all;
                }

                @Override
                public List<Received> settle(List<Settlement> settlements) throws Exception {
                    Set<Received> stale = new HashSet<>(sound.settle(settlements));
                    for (Settlement each : settlements) {
                        var holder = holders.get(each.received().message().id());
                        if (stale.contains(each.received()) && each instanceof Settlement.Ack && holder != null) {
                            holder.getKey().settle(List.of(new Settlement.Ack(holder.getValue())));
                            stale.remove(each.received());
                        }
                    }
                    return List.copyOf(stale);
                }
            };
        }
    }

    static final class KeepsQuietAboutAStaleLease extends Faulty {
        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new ForwardingConsumer(sound) {
                @Override
                public List<Received> settle(List<Settlement> settlements) throws Exception {
                    sound.settle(settlements);
                    return List.of();
                }
            };
        }
    }

    static final class NeverExtends extends Faulty {
        @Override
        protected Duration patience() {
            return Duration.ofSeconds(30); // its test takes longer than a lease
        }

        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new ForwardingConsumer(sound) {
                @Override
                public void extend(List<Received> messages) {}
            };
        }
    }

    static final class CountsReleases extends Faulty {
        @Override
        Settlement broken(BrokerBackend backend, Settlement settlement) {
            return settlement instanceof Settlement.Release(Received received)
                    ? new Settlement.Retry(
                            received,
                            Duration.ZERO,
                            new Failure(Instant.now(), Instant.now(), Code.UNAVAILABLE, "released"))
                    : settlement;
        }
    }

    static final class DropsDeadLetters extends Faulty {
        @Override
        Settlement broken(BrokerBackend backend, Settlement settlement) {
            return settlement instanceof Settlement.DeadLettered dead
                    ? new Settlement.Ack(dead.received())
                    : settlement;
        }
    }

    static final class DropsWhatIsRetried extends Faulty {
        @Override
        Settlement broken(BrokerBackend backend, Settlement settlement) {
            return settlement instanceof Settlement.Retry retry ? new Settlement.Ack(retry.received()) : settlement;
        }
    }

    static final class RetriesAtOnce extends Faulty {
        @Override
        Settlement broken(BrokerBackend backend, Settlement settlement) {
            return settlement instanceof Settlement.Retry retry
                    ? new Settlement.Retry(retry.received(), Duration.ZERO, retry.failure())
                    : settlement;
        }
    }

    static final class RetriesForAllGroups extends Faulty {
        private final AtomicInteger retries = new AtomicInteger();

        @Override
        Settlement broken(BrokerBackend backend, Settlement settlement) {
            // Not for ever: a copy is a first attempt, which is tried again.
            if (settlement instanceof Settlement.Retry retry && retries.incrementAndGet() <= 10) {
                publishAgain(backend, retry.received().topic(), retry.received().message());
                return new Settlement.Ack(retry.received());
            }
            return settlement;
        }
    }

    static final class ForgetsTheCause extends Faulty {
        @Override
        Settlement broken(BrokerBackend backend, Settlement settlement) {
            return settlement instanceof Settlement.DeadLettered(Received received, Failure failure)
                    ? new Settlement.DeadLettered(
                            received, new Failure(failure.last(), failure.last(), failure.code(), "failed"))
                    : settlement;
        }
    }

    static final class WaitsAtTheHead extends Faulty {
        private final AtomicBoolean blocked = new AtomicBoolean();

        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new ForwardingConsumer(sound) {
                @Override
                public List<Received> receive(int max, Duration wait) throws Exception {
                    if (blocked.get()) {
                        Thread.sleep(Math.min(20, wait.toMillis()));
                        return List.of();
                    }
                    return sound.receive(max, wait);
                }

                @Override
                Settlement broken(Settlement settlement) {
                    if (settlement instanceof Settlement.Retry retry
                            && retry.after().toSeconds() > 10) {
                        blocked.set(true);
                    }
                    return settlement;
                }
            };
        }
    }

    // ---- receiving

    static final class TakesMoreThanThePrefetch extends Faulty {
        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new ForwardingConsumer(sound) {
                @Override
                public List<Received> receive(int max, Duration wait) throws Exception {
                    List<Received> all = new ArrayList<>(sound.receive(max, wait));
                    if (!all.isEmpty()) {
                        all.addAll(sound.receive(20, Duration.ofMillis(50)));
                    }
                    return all;
                }
            };
        }
    }

    static final class NamesARedeliveryAnew extends Faulty {
        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new Renaming(sound) {
                @Override
                Received renamed(Received each) {
                    return each.attempt() == 1
                            ? each
                            : copy(
                                    each,
                                    each.message().withId(each.message().id() + "-" + each.attempt()),
                                    each.attempt(),
                                    each.firstFailure());
                }
            };
        }
    }

    static final class CountsNoAttempts extends Faulty {
        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new Renaming(sound) {
                @Override
                Received renamed(Received each) {
                    return copy(each, each.message(), 1, each.firstFailure());
                }
            };
        }
    }

    static final class ForgetsTheFirstFailure extends Faulty {
        @Override
        BackendConsumer wrapped(BrokerBackend backend, BackendConsumer sound) {
            return new Renaming(sound) {
                @Override
                Received renamed(Received each) {
                    return copy(each, each.message(), each.attempt(), Optional.empty());
                }
            };
        }
    }
}
