package dev.parley;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.IdempotencyStore.Claim;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Limits and age, on a clock that stands still; the rest is the suite's, in {@code tck}. */
class InMemoryIdempotencyStoreTest {

    private static final Duration AGE = Duration.ofSeconds(100);
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final FakeTimer clock = new FakeTimer();

    private InMemoryIdempotencyStore store(int maxKeys, long maxBytes) {
        return new InMemoryIdempotencyStore(maxKeys, maxBytes, AGE, clock);
    }

    private static IdempotencyStore.Key key(String key) {
        return new IdempotencyStore.Key("shop.v1.Orders/Create", "ada", key);
    }

    private static byte[] print(int value) {
        return new byte[] {(byte) value};
    }

    private static String first(IdempotencyStore store, String key) {
        return assertThat(store.claim(key(key), print(1), LEASE))
                .isInstanceOf(Claim.First.class)
                .extracting(claim -> ((Claim.First) claim).token())
                .actual();
    }

    @Test
    void refusesAKeyTooManyAndSaysWhichLimit() {
        InMemoryIdempotencyStore store = store(2, 1 << 20);
        String a = first(store, "a");
        store.complete(key("a"), a, print(9));
        String b = first(store, "b");
        assertThatThrownBy(() -> store.claim(key("c"), print(1), LEASE))
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.code()).isEqualTo(Code.RESOURCE_EXHAUSTED))
                .hasMessageContaining("2 keys")
                .hasMessageContaining("maxKeys");
        // what is known is still told, and what is freed makes room
        assertThat(store.claim(key("a"), print(1), LEASE)).isInstanceOf(Claim.Done.class);
        store.abandon(key("b"), b);
        first(store, "c");
    }

    @Test
    void anAnswerOverTheLimitIsNotKeptButTheRunIs() {
        InMemoryIdempotencyStore store = store(10, 1_000);
        String a = first(store, "a");
        assertThat(store.complete(key("a"), a, new byte[2_000])).isTrue();
        assertThat(store.claim(key("a"), print(1), LEASE)).isInstanceOf(Claim.Spent.class);
        assertThat(store.claim(key("a"), print(2), LEASE)).isInstanceOf(Claim.Mismatch.class);
    }

    @Test
    void refusesAKeyForItsBytes() {
        InMemoryIdempotencyStore store = store(10, 1_000);
        first(store, "a");
        assertThatThrownBy(() -> store.claim(key("x".repeat(400)), print(1), LEASE))
                .isInstanceOf(CallException.class)
                .hasMessageContaining("maxBytes");
    }

    @Test
    void bytesAreGivenBack() {
        InMemoryIdempotencyStore store = store(10, 1_000);
        for (int i = 0; i < 1_000; i++) {
            String token = first(store, "k" + i);
            if (i % 2 == 0) {
                store.abandon(key("k" + i), token);
            } else {
                store.complete(key("k" + i), token, new byte[500]);
                clock.advance(AGE.toNanos());
            }
        }
    }

    @Test
    void anAnswerIsForgottenAtItsAge() {
        InMemoryIdempotencyStore store = store(10, 1 << 20);
        String a = first(store, "a");
        clock.advance(LEASE.toNanos() - 1);
        store.complete(key("a"), a, print(9));
        clock.advance(AGE.toNanos() - 1);
        assertThat(store.claim(key("a"), print(1), LEASE)).isInstanceOf(Claim.Done.class);
        clock.advance(1);
        assertThat(store.claim(key("a"), print(1), LEASE))
                .isInstanceOfSatisfying(
                        Claim.First.class,
                        claim -> assertThat(claim.takenOver()).isFalse());
    }

    @Test
    void limitsArePositive() {
        assertThatThrownBy(() -> IdempotencyStore.inMemory(0, 1, AGE)).hasMessage("maxKeys must be positive, but is 0");
        assertThatThrownBy(() -> IdempotencyStore.inMemory(1, -1, AGE))
                .hasMessage("maxBytes must be positive, but is -1");
        assertThatThrownBy(() -> IdempotencyStore.inMemory(1, 1, Duration.ZERO))
                .hasMessage("age must be positive, but is PT0S");
        assertThatThrownBy(() -> store(1, 1_000).claim(key("a"), print(1), Duration.ofNanos(-1)))
                .hasMessage("lease must be positive, but is PT-0.000000001S");
    }

    /** One step of a history: what is done, to which key, with which of two requests, and how much time passes before. */
    record Step(String what, int key, int request, long seconds) {}

    @Provide
    Arbitrary<List<Step>> histories() {
        return Combinators.combine(
                        Arbitraries.of("claim", "claim", "complete", "abandon", "late complete"),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 1),
                        Arbitraries.longs().between(0, 40))
                .as(Step::new)
                .list()
                .ofMinSize(5)
                .ofMaxSize(60);
    }

    /** What the rules say of one key, in the plainest words. */
    private static final class Model {
        @Nullable
        String running;

        @Nullable
        String overtaken;

        byte @Nullable [] answer;
        int request = -1;
        long leaseEnd;
        long forgetAt;

        void reset() {
            running = null;
            answer = null;
            request = -1;
        }
    }

    @Property(tries = 500)
    void everyHistoryIsThatOfTheRules(@ForAll("histories") List<Step> history) {
        FakeTimer time = new FakeTimer();
        InMemoryIdempotencyStore store = new InMemoryIdempotencyStore(10, 1 << 20, AGE, time);
        Map<Integer, Model> models = new HashMap<>();
        long now = 0;
        int answers = 0;
        for (Step step : history) {
            time.advance(Duration.ofSeconds(step.seconds()).toNanos());
            now += step.seconds();
            Model model = models.computeIfAbsent(step.key(), k -> new Model());
            if (model.request >= 0 && now >= model.forgetAt) {
                model.reset();
            }
            IdempotencyStore.Key key = key("k" + step.key());
            switch (step.what()) {
                case "claim" -> {
                    Claim claim = store.claim(key, print(step.request()), LEASE);
                    if (model.request >= 0 && model.request != step.request()) {
                        assertThat(claim).isInstanceOf(Claim.Mismatch.class);
                    } else if (model.answer != null) {
                        assertThat(claim).isInstanceOf(Claim.Done.class);
                        assertThat(((Claim.Done) claim).answer()).isEqualTo(model.answer);
                    } else if (model.running != null && now < model.leaseEnd) {
                        assertThat(claim).isInstanceOf(Claim.InFlight.class);
                    } else {
                        assertThat(claim).isInstanceOf(Claim.First.class);
                        Claim.First run = (Claim.First) claim;
                        assertThat(run.takenOver()).isEqualTo(model.running != null);
                        model.overtaken = model.running;
                        model.running = run.token();
                        model.request = step.request();
                        model.leaseEnd = now + LEASE.toSeconds();
                        model.forgetAt = now + AGE.toSeconds();
                    }
                }
                case "complete" -> {
                    byte[] answer = print(++answers);
                    boolean ours = store.complete(key, model.running == null ? "none" : model.running, answer);
                    assertThat(ours).isEqualTo(model.running != null);
                    if (ours) {
                        model.answer = answer;
                        model.running = null;
                        model.forgetAt = now + AGE.toSeconds();
                    }
                }
                case "abandon" -> {
                    boolean ours = store.abandon(key, model.running == null ? "none" : model.running);
                    assertThat(ours).isEqualTo(model.running != null);
                    if (ours) {
                        model.reset();
                    }
                }
                default -> {
                    if (model.overtaken != null) {
                        assertThat(store.complete(key, model.overtaken, print(99)))
                                .isFalse();
                        assertThat(store.abandon(key, model.overtaken)).isFalse();
                    }
                }
            }
        }
    }
}
