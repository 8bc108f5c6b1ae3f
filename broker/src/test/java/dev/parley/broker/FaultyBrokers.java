package dev.parley.broker;

import dev.parley.CallException;
import dev.parley.Code;
import dev.parley.messaging.BrokerOptions;
import dev.parley.messaging.BrokerUri;
import dev.parley.messaging.spi.BackendConsumer;
import dev.parley.messaging.spi.Backends;
import dev.parley.messaging.spi.BrokerBackend;
import dev.parley.messaging.spi.BrokerProvider;
import dev.parley.messaging.spi.ConsumerSpec;
import dev.parley.messaging.spi.ForwardingBackend;
import dev.parley.messaging.spi.Outgoing;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Brokers with one fault each, which their scheme names: {@code failing:} over one in memory, the others over {@code parley://}. */
public final class FaultyBrokers implements BrokerProvider {

    enum Fault {
        /** Consumers fail once they are asked for messages; how they are closed is noted. */
        FAILING,
        /** A publication that fails because nobody answers is as good as another. */
        SWALLOWING,
        /** A consumer that has lost its connection stays, and never comes again. */
        FORSAKEN,
        /** A consumer does not say that it has none. */
        SILENT,
        /** It ends only with a farewell. */
        HANGING,
        /** Who was silent for its lease is not told that its messages are another's. */
        QUIET,
        /** What a frozen process has is its own for ever. */
        ETERNAL,
        /** What is to be tried again is acknowledged, and a copy of it written later. */
        HASTY,
        /** What is given up is acknowledged, and its letter written later. */
        CARELESS;

        String scheme() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** For each failing consumer that was closed, whether that was on a thread that was interrupted. */
    static final BlockingQueue<Boolean> CLOSED_INTERRUPTED = new LinkedBlockingQueue<>();

    /** For {@link java.util.ServiceLoader}. */
    public FaultyBrokers() {}

    @Override
    public Set<String> schemes() {
        return Arrays.stream(Fault.values()).map(Fault::scheme).collect(Collectors.toSet());
    }

    @Override
    public BrokerBackend open(BrokerUri uri, BrokerOptions options) {
        Fault fault = Fault.valueOf(uri.scheme().toUpperCase(Locale.ROOT));
        String sound = fault == Fault.FAILING
                ? "memory:"
                : "parley:" + uri.toString().substring(uri.scheme().length() + 1);
        return new Backend(fault, Backends.open(sound, options));
    }

    private record Consumer(Fault fault, BackendConsumer sound) implements BackendConsumer {
        @Override
        public List<Received> receive(int max, Duration wait) throws Exception {
            if (fault == Fault.FAILING) {
                throw new CallException(Code.UNAVAILABLE, "the store has failed, as it was told");
            }
            try {
                return sound.receive(max, wait);
            } catch (CallException e) {
                if (fault == Fault.FORSAKEN) {
                    Thread.sleep(wait);
                    return List.of();
                }
                throw e;
            }
        }

        @Override
        public List<Received> settle(List<Settlement> settlements) throws Exception {
            try {
                List<Received> stale = sound.settle(settlements);
                return fault == Fault.QUIET ? List.of() : stale;
            } catch (CallException e) {
                if (fault == Fault.FORSAKEN) {
                    return settlements.stream().map(Settlement::received).toList();
                }
                throw e;
            }
        }

        @Override
        public void extend(List<Received> messages) throws Exception {
            try {
                sound.extend(messages);
            } catch (CallException e) {
                if (fault != Fault.FORSAKEN) {
                    throw e;
                }
            }
        }

        @Override
        public void close() {
            if (fault == Fault.FAILING) {
                CLOSED_INTERRUPTED.add(Thread.currentThread().isInterrupted());
            }
            sound.close();
        }
    }

    /** Waits for messages, and for nothing else. */
    private record Nobody() implements BackendConsumer {
        @Override
        public List<Received> receive(int max, Duration wait) throws Exception {
            Thread.sleep(wait);
            return List.of();
        }

        @Override
        public List<Received> settle(List<Settlement> settlements) {
            return List.of();
        }

        @Override
        public void extend(List<Received> messages) {}

        @Override
        public void close() {}
    }

    private static ConsumerSpec leased(ConsumerSpec spec, Duration lease) {
        return new ConsumerSpec(
                spec.queue(), spec.boundTo(), spec.kind(), spec.prefetch(), spec.ordered(), spec.start(), lease);
    }

    private static final class Backend extends ForwardingBackend {
        private final Fault fault;
        private final Optional<LateCopies> late;

        Backend(Fault fault, BrokerBackend sound) {
            super(sound);
            this.fault = fault;
            this.late = switch (fault) {
                case HASTY -> Optional.of(new LateCopies(sound, Settlement.Retry.class));
                case CARELESS -> Optional.of(new LateCopies(sound, Settlement.DeadLettered.class));
                default -> Optional.empty();
            };
        }

        @Override
        public void publish(List<Outgoing> messages) throws Exception {
            try {
                super.publish(messages);
            } catch (CallException e) {
                if (fault != Fault.SWALLOWING) {
                    throw e;
                }
            }
        }

        @Override
        public BackendConsumer consume(ConsumerSpec spec) throws Exception {
            if (late.isPresent()) {
                return late.get().over(super.consume(spec));
            }
            try {
                return new Consumer(
                        fault, super.consume(fault == Fault.ETERNAL ? leased(spec, Duration.ofDays(1)) : spec));
            } catch (CallException e) {
                if (fault != Fault.SILENT) {
                    throw e;
                }
                return new Nobody();
            }
        }

        @Override
        public void close() {
            if (fault == Fault.HANGING) {
                LockSupport.parkNanos(Duration.ofMinutes(1).toNanos()); // for a farewell that cannot come
            }
            late.ifPresent(LateCopies::close);
            super.close();
        }
    }
}
