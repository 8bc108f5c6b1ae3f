package dev.parley.telemetry;

import dev.parley.resilience.RejectedException;
import dev.parley.resilience.ResilienceEvent;
import dev.parley.resilience.ResilienceListener;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongGauge;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import java.util.Locale;

/**
 * {@link Telemetry#listener()}: what policies do as counters and as events of the span under way. The conventions have no names
 * for it.
 */
final class PolicyEvents implements ResilienceListener {

    private static final AttributeKey<String> FROM = AttributeKey.stringKey("parley.breaker.from");
    private static final AttributeKey<String> TO = AttributeKey.stringKey("parley.breaker.to");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("parley.attempt");
    private static final AttributeKey<Double> DELAY = AttributeKey.doubleKey("parley.delay");
    private static final AttributeKey<String> CODE = AttributeKey.stringKey("parley.code");
    private static final AttributeKey<Long> LIMIT = AttributeKey.longKey("parley.limit");

    private final LongCounter rejections;
    private final LongCounter retries;
    private final LongCounter stopped;
    private final LongCounter transitions;
    private final LongCounter hedges;
    private final LongCounter hedgesWon;
    private final LongCounter timeouts;
    private final LongCounter fallbacks;
    private final LongCounter ignored;
    private final LongGauge limit;

    PolicyEvents(Meter meter) {
        this.rejections = counter(meter, "rejections", "{call}", "Calls that a policy refused before they left.");
        this.retries = counter(meter, "retries", "{attempt}", "Attempts behind the first.");
        this.stopped = counter(meter, "retries.stopped", "{call}", "Failed calls that were not tried again.");
        this.transitions = counter(meter, "breaker.transitions", "{transition}", "Changes of a breaker's state.");
        this.hedges = counter(meter, "hedges", "{attempt}", "Attempts that were started beside another.");
        this.hedgesWon = counter(meter, "hedges.won", "{attempt}", "Hedges that answered first.");
        this.timeouts = counter(meter, "timeouts", "{call}", "Calls that took longer than their policy lets them.");
        this.fallbacks = counter(meter, "fallbacks", "{call}", "Failed calls that a fallback answered.");
        this.ignored = counter(meter, "advice.ignored", "{advice}", "Advice on repeating that was passed over.");
        this.limit = meter.gaugeBuilder("parley.policy.limit")
                .ofLongs()
                .setUnit("{call}")
                .setDescription("The adaptive limit of concurrent calls.")
                .build();
    }

    private static LongCounter counter(Meter meter, String name, String unit, String description) {
        return meter.counterBuilder("parley.policy." + name)
                .setUnit(unit)
                .setDescription(description)
                .build();
    }

    @Override
    public void on(ResilienceEvent event) {
        String policy = event.policy();
        Attributes named = Attributes.of(Conventions.POLICY, policy);
        switch (event) {
            case ResilienceEvent.Rejected rejected ->
                count(
                        rejections,
                        "parley.rejected",
                        with(policy, reason(rejected.error().reason())));
            case ResilienceEvent.BreakerChanged changed ->
                count(
                        transitions,
                        "parley.breaker.changed",
                        Attributes.of(
                                Conventions.POLICY, policy, FROM, lower(changed.from()), TO, lower(changed.to())));
            case ResilienceEvent.RetryScheduled retry -> {
                retries.add(1, with(policy, CODE, retry.cause().code().name()));
                tell(
                        "parley.retry",
                        Attributes.builder()
                                .put(Conventions.POLICY, policy)
                                .put(ATTEMPT, (long) retry.attempt())
                                .put(DELAY, retry.delay().toNanos() / 1e9)
                                .put(CODE, retry.cause().code().name())
                                .build());
            }
            case ResilienceEvent.RetryStopped stop ->
                count(stopped, "parley.retry.stopped", with(policy, lower(stop.reason())));
            case ResilienceEvent.AdviceIgnored advice -> {
                ignored.add(1, named);
                tell("parley.advice.ignored", with(policy, advice.reason()));
            }
            case ResilienceEvent.HedgeStarted hedge -> {
                hedges.add(1, named);
                tell(
                        "parley.hedge",
                        named.toBuilder().put(ATTEMPT, (long) hedge.attempt()).build());
            }
            case ResilienceEvent.HedgeWon hedge -> {
                hedgesWon.add(1, named);
                tell(
                        "parley.hedge.won",
                        named.toBuilder().put(ATTEMPT, (long) hedge.attempt()).build());
            }
            case ResilienceEvent.TimedOut timeout -> count(timeouts, "parley.timeout", named);
            case ResilienceEvent.FallbackUsed fallback ->
                count(
                        fallbacks,
                        "parley.fallback",
                        with(policy, CODE, fallback.cause().code().name()));
            case ResilienceEvent.LimitChanged changed -> {
                limit.set(changed.to(), named);
                tell(
                        "parley.limit.changed",
                        named.toBuilder().put(LIMIT, (long) changed.to()).build());
            }
        }
    }

    private static void count(LongCounter counter, String event, Attributes attributes) {
        counter.add(1, attributes);
        tell(event, attributes);
    }

    private static void tell(String event, Attributes attributes) {
        Span.current().addEvent(event, attributes);
    }

    private static Attributes with(String policy, String reason) {
        return with(policy, Conventions.REASON, reason);
    }

    private static Attributes with(String policy, AttributeKey<String> key, String value) {
        return Attributes.of(Conventions.POLICY, policy, key, value);
    }

    private static String reason(RejectedException.Reason reason) {
        return lower(reason);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
