package dev.parley.messaging.internal;

import dev.parley.CallException;
import dev.parley.CallScope;
import dev.parley.Code;
import dev.parley.Deadline;
import dev.parley.Handler;
import dev.parley.Metadata;
import dev.parley.Method;
import dev.parley.Outcome;
import dev.parley.Peer;
import dev.parley.Timer;
import dev.parley.messaging.Delivery;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.ErrorDispositions;
import dev.parley.messaging.PayloadCodec;
import dev.parley.messaging.SubscribeOptions;
import dev.parley.messaging.spi.Received;
import dev.parley.messaging.spi.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decodes messages and calls their handler, in a call of its own, as often as is to be done at once.
 *
 * @param <T> of the payloads
 */
final class Handling<T> implements Work {

    private final Method method;
    private final Peer peer;
    private final TelemetryNames names;
    private final PayloadCodec<T> codec;
    private final Handler<List<Delivery<T>>, List<Disposition>> handler;
    private final SubscribeOptions options;
    private final Timer timer;
    private final Verdicts verdicts;
    private final BreakerGate breaker;
    private final BooleanSupplier closing;
    private final Counters counters;
    private final boolean single;

    Handling(
            Target<T> target,
            SubscribeOptions options,
            Timer timer,
            Verdicts verdicts,
            BreakerGate breaker,
            BooleanSupplier closing,
            Counters counters) {
        this.method = target.method();
        this.peer = target.peer();
        this.names = target.names();
        this.codec = target.codec();
        this.handler = target.handler();
        this.single = target.maxBatch() == 1;
        this.options = options;
        this.timer = timer;
        this.verdicts = verdicts;
        this.breaker = breaker;
        this.closing = closing;
        this.counters = counters;
    }

    /**
     * What is to be called with messages.
     *
     * @param handler with its interceptors in front
     */
    record Target<T>(
            Method method,
            Peer peer,
            TelemetryNames names,
            PayloadCodec<T> codec,
            Handler<List<Delivery<T>>, List<Disposition>> handler,
            int maxBatch) {}

    /** A message that is ready to be handled. */
    private record Ready<T>(Held held, long permit, Delivery<T> delivery) {}

    @Override
    public List<Decision> handle(List<Held> batch) {
        List<Decision> decisions = new ArrayList<>(batch.size());
        try {
            handle(batch, decisions);
        } catch (Throwable e) {
            // Whatever it is, what is in hand must be settled, or its key and its place are taken for ever.
            for (Held held : batch) {
                if (decisions.stream().noneMatch(decision -> decision.held().equals(held))) {
                    decisions.add(new Decision(held, verdicts.failed(held.received, e)));
                }
            }
        }
        return decisions;
    }

    private void handle(List<Held> batch, List<Decision> decisions) {
        List<Ready<T>> ready = new ArrayList<>(batch.size());
        for (Held held : batch) {
            long permit = held.isCancelled() ? -1 : breaker.enter(held.permit);
            if (permit < 0) {
                breaker.release(held.permit);
                decisions.add(new Decision(held, new Settlement.Release(held.received)));
                continue;
            }
            try {
                ready.add(new Ready<>(held, permit, delivery(held)));
            } catch (RuntimeException e) {
                breaker.release(permit);
                decisions.add(new Decision(held, undecodable(held.received, e)));
            } catch (Throwable e) {
                // Here and for this one alone: the others of the batch have leave of the breaker, and are handled.
                breaker.release(permit);
                decisions.add(new Decision(held, verdicts.failed(held.received, e)));
            }
        }
        if (!ready.isEmpty()) {
            decisions.addAll(call(ready));
        }
    }

    private Delivery<T> delivery(Held held) {
        Received received = held.received;
        T payload = codec.decode(held.message.payload(), held.message.metadata().contentType());
        return new Delivery<>(
                held.message.withPayload(payload),
                received.topic(),
                method.name(),
                received.attempt(),
                received.position(),
                received.firstFailure());
    }

    private Settlement undecodable(Received received, RuntimeException error) {
        String what = error instanceof IllegalArgumentException && error.getMessage() != null
                ? error.getMessage()
                : error.toString();
        return verdicts.unreadable(received, Code.INVALID_ARGUMENT, "undecodable: " + what);
    }

    private List<Decision> call(List<Ready<T>> ready) {
        List<Delivery<T>> deliveries = single
                ? List.of(ready.getFirst().delivery)
                : ready.stream().map(Ready::delivery).toList();
        for (int left = options.redelivery().immediate(); ; left--) {
            Result result = attempt(ready, deliveries);
            boolean again = left > 0
                    && (result.error != null ? isRepeated(result.error) : single && isRepeated(result.said.getFirst()))
                    && !closing.getAsBoolean()
                    && !breaker.isBroken()
                    && ready.stream().noneMatch(each -> each.held.isCancelled());
            if (!again) {
                return decide(ready, result);
            }
            counters.immediateRetries.increment();
        }
    }

    private static boolean isRepeated(CallException error) {
        return isRepeated(ErrorDispositions.of(error, false));
    }

    private static boolean isRepeated(Disposition disposition) {
        return disposition instanceof Disposition.Retry retry && retry.after().isEmpty();
    }

    /** What a handler has said, or the error that it has thrown instead. */
    private record Result(List<Disposition> said, @Nullable CallException error, String cause) {}

    private Result attempt(List<Ready<T>> ready, List<Delivery<T>> deliveries) {
        Delivery<T> first = deliveries.getFirst();
        Metadata headers = new Metadata();
        if (single) {
            first.message().metadata().headers().forEach((name, value) -> {
                if (isHttp(value)) {
                    headers.add(name, value);
                }
            });
        }
        CallScope call = CallScope.builder(method)
                .requestHeaders(headers)
                .deadline(Deadline.after(options.handlerTimeout(), timer))
                .peer(peer)
                .received()
                .build();
        if (single) {
            call.attributes().put(Delivery.ATTRIBUTE, first);
        }
        if (!options.interceptors().isEmpty()) {
            names.on(call);
        }
        call.armDeadline(timer);
        ready.forEach(each -> each.held.begin(call));
        Throwable thrown;
        try {
            List<Disposition> said = call.run(handler, deliveries);
            check(said, deliveries.size());
            call.end(Outcome.OK);
            return new Result(said, null, "");
        } catch (Throwable e) {
            thrown = e; // errors, too: a message must be settled whatever its handler did
        } finally {
            ready.forEach(each -> each.held.end());
        }
        CallException error = call.cancellation().orElse(null);
        String cause;
        if (error == null) {
            error = CallException.from(thrown);
            cause = thrown instanceof CallException ? error.toString() : error.code() + ": " + thrown;
        } else {
            cause = error.toString();
        }
        call.end(Outcome.failed(error));
        return new Result(List.of(), error, cause);
    }

    /** Whether a call's headers may have it; what they may not is in the delivery all the same. */
    private static boolean isHttp(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 || c > 0xff || c == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static void check(@Nullable List<Disposition> said, int expected) {
        if (said == null || said.size() != expected || hasNull(said)) {
            throw new IllegalStateException(
                    "a handler of %d messages must return as many dispositions, none of them null, but returned %s"
                            .formatted(expected, said));
        }
    }

    /** Not {@code said.contains(null)}, which an immutable list throws at; nor a stream, as this is asked for each message. */
    private static boolean hasNull(List<Disposition> said) {
        for (Disposition each : said) {
            if (Objects.isNull(each)) {
                return true;
            }
        }
        return false;
    }

    private List<Decision> decide(List<Ready<T>> ready, Result result) {
        List<Decision> decisions = new ArrayList<>(ready.size());
        CallException error = result.error;
        for (int i = 0; i < ready.size(); i++) {
            Ready<T> each = ready.get(i);
            Received received = each.held.received;
            if (error == null) {
                Disposition said = result.said.get(i);
                breaker.record(each.permit, said);
                Settlement settlement = said instanceof Disposition.Ack
                        ? new Settlement.Ack(received)
                        : verdicts.of(received, said, likeness(said), breaker.isBroken());
                decisions.add(new Decision(each.held, settlement));
            } else if (each.held.isCancelled()) {
                breaker.release(each.permit);
                decisions.add(new Decision(each.held, new Settlement.Release(received)));
            } else {
                if (i == 0) {
                    breaker.record(each.permit, error); // one call, one failure
                } else {
                    breaker.release(each.permit);
                }
                decisions.add(new Decision(
                        each.held, verdicts.of(received, told(error, result.cause), error, breaker.isBroken())));
            }
        }
        return decisions;
    }

    /** The table's disposition, with what was really thrown as its cause. */
    private Disposition told(CallException error, String cause) {
        return switch (ErrorDispositions.of(error, closing.getAsBoolean())) {
            case Disposition.Retry retry -> new Disposition.Retry(retry.after(), cause);
            case Disposition.Reject reject -> Disposition.reject(cause);
            case Disposition.Ack ack -> ack;
            case Disposition.Release release -> release;
        };
    }

    /** The error that a returned disposition stands for. */
    private static CallException likeness(Disposition said) {
        return switch (said) {
            case Disposition.Retry retry -> new CallException(Code.UNAVAILABLE, retry.cause());
            case Disposition.Reject reject -> new CallException(Code.INVALID_ARGUMENT, reject.reason());
            case Disposition.Ack ack -> new CallException(Code.UNKNOWN, "no error");
            case Disposition.Release release -> new CallException(Code.UNKNOWN, "no error");
        };
    }
}
