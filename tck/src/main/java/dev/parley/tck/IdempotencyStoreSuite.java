package dev.parley.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.IdempotencyStore;
import dev.parley.IdempotencyStore.Claim;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link IdempotencyStore} promises. A test class of the store extends this and says how to get one:
 *
 * <pre>{@code
 * class InMemoryTest extends IdempotencyStoreSuite {
 *     protected IdempotencyStore store() {
 *         return IdempotencyStore.inMemory();
 *     }
 * }
 * }</pre>
 *
 * <p>The suite measures leases by this process's clock; it takes about a second.
 */
public abstract class IdempotencyStoreSuite {

    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final byte[] ONE = print("one");
    private static final byte[] OTHER = print("other");

    private static int keys;

    private IdempotencyStore store = unset();

    /** The subject, with room for a thousand keys and 16 MiB of answers. Asked before each test; may be the same again. */
    protected abstract IdempotencyStore store() throws Exception;

    /** How long the suite waits for a lease that is over to be seen as such. */
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    @BeforeEach
    final void prepare() throws Exception {
        store = store();
    }

    private static IdempotencyStore unset() {
        return IdempotencyStore.inMemory();
    }

    @Test
    final void theFirstClaimRunsAndTheSecondWaits() {
        IdempotencyStore.Key key = fresh();
        assertThat(first(key, LONG).takenOver()).as("nobody ran before").isFalse();
        assertThat(store.claim(key, ONE, LONG)).isInstanceOf(Claim.InFlight.class);
        assertThat(store.claim(key, ONE, LONG)).isInstanceOf(Claim.InFlight.class);
    }

    @Test
    final void anAnswerIsGivenBackByteForByte() {
        byte[] every = new byte[256];
        for (int i = 0; i < every.length; i++) {
            every[i] = (byte) i;
        }
        for (byte[] answer : List.of(new byte[0], every, new byte[1 << 20])) {
            IdempotencyStore.Key key = fresh();
            assertThat(store.complete(key, first(key, LONG).token(), answer)).isTrue();
            for (int i = 0; i < 2; i++) {
                assertThat(store.claim(key, ONE, LONG))
                        .isInstanceOfSatisfying(
                                Claim.Done.class,
                                done -> assertThat(done.answer()).isEqualTo(answer));
            }
        }
    }

    @Test
    final void anotherRequestUnderTheKeyIsAMismatch() {
        IdempotencyStore.Key key = fresh();
        String token = first(key, LONG).token();
        assertThat(store.claim(key, OTHER, LONG)).as("while it runs").isInstanceOf(Claim.Mismatch.class);
        store.complete(key, token, ONE);
        assertThat(store.claim(key, OTHER, LONG)).as("when it is done").isInstanceOf(Claim.Mismatch.class);
        assertThat(store.claim(key, ONE, LONG)).isInstanceOf(Claim.Done.class);
    }

    @Test
    final void abandoningFreesTheKey() {
        IdempotencyStore.Key key = fresh();
        assertThat(store.abandon(key, first(key, LONG).token())).isTrue();
        assertThat(store.claim(key, OTHER, LONG))
                .isInstanceOfSatisfying(
                        Claim.First.class,
                        claim -> assertThat(claim.takenOver()).isFalse());
    }

    @Test
    final void aKeyIsOneCallersOfOneMethod() {
        String key = fresh().key();
        // Also those that would be the same if their parts were put together without a divider.
        List<IdempotencyStore.Key> all = List.of(
                new IdempotencyStore.Key("a.B/C", "ada", key),
                new IdempotencyStore.Key("a.B/Ca", "da", key),
                new IdempotencyStore.Key("a.B/C", "", key),
                new IdempotencyStore.Key("a.B/C", "", "ada" + key),
                new IdempotencyStore.Key("a.B/C", "ADA", key),
                new IdempotencyStore.Key("a.B/C", "ada", key + " "),
                new IdempotencyStore.Key("a.B/C", "\u00e4d\u00e4|/:\"'\\%_\ud83d\ude80", key),
                new IdempotencyStore.Key("a.B/C", "ada", key + "x".repeat(255)));
        for (IdempotencyStore.Key each : all) {
            assertThat(store.complete(each, first(each, LONG).token(), print(each.toString())))
                    .isTrue();
        }
        for (IdempotencyStore.Key each : all) {
            assertThat(store.claim(each, ONE, LONG))
                    .as("%s", each)
                    .isInstanceOfSatisfying(
                            Claim.Done.class, done -> assertThat(done.answer()).isEqualTo(print(each.toString())));
        }
    }

    @Test
    final void aLeaseHoldsForItsTimeAndIsThenTakenOver() throws Exception {
        IdempotencyStore.Key key = fresh();
        Duration lease = Duration.ofMillis(400);
        long before = System.nanoTime();
        String token = first(key, lease).token();
        Claim.First next = takeOver(key);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .as("taken over before the lease was over")
                .isGreaterThanOrEqualTo(lease);
        assertThat(next.token()).isNotEqualTo(token);
        assertThat(store.claim(key, ONE, LONG)).as("the new lease").isInstanceOf(Claim.InFlight.class);
    }

    @Test
    final void anotherRequestCannotTakeOver() throws Exception {
        IdempotencyStore.Key key = fresh();
        first(key, SHORT);
        // That the lease is over is seen by another key, claimed later for as long.
        IdempotencyStore.Key later = fresh();
        first(later, SHORT);
        takeOver(later);
        assertThat(store.claim(key, OTHER, LONG)).isInstanceOf(Claim.Mismatch.class);
    }

    @Test
    final void whoWasOvertakenChangesNothing() throws Exception {
        IdempotencyStore.Key key = fresh();
        String late = first(key, SHORT).token();
        String current = takeOver(key).token();
        assertThat(store.complete(key, late, print("late"))).isFalse();
        assertThat(store.abandon(key, late)).isFalse();
        assertThat(store.claim(key, ONE, LONG)).isInstanceOf(Claim.InFlight.class);
        assertThat(store.complete(key, current, print("current"))).isTrue();
        assertThat(store.complete(key, late, print("late"))).isFalse();
        assertThat(store.claim(key, ONE, LONG))
                .isInstanceOfSatisfying(
                        Claim.Done.class, done -> assertThat(done.answer()).isEqualTo(print("current")));
    }

    @Test
    final void aLateRunThatNobodyTookOverCompletes() throws Exception {
        IdempotencyStore.Key key = fresh();
        String token = first(key, SHORT).token();
        IdempotencyStore.Key later = fresh();
        first(later, SHORT);
        takeOver(later);
        assertThat(store.complete(key, token, ONE)).isTrue();
        assertThat(store.claim(key, ONE, LONG)).isInstanceOf(Claim.Done.class);
    }

    @Test
    final void whatIsDoneStaysAsItIs() {
        IdempotencyStore.Key key = fresh();
        String token = first(key, LONG).token();
        store.complete(key, token, ONE);
        assertThat(store.complete(key, token, OTHER)).isFalse();
        assertThat(store.abandon(key, token)).isFalse();
        assertThat(store.claim(key, ONE, LONG))
                .isInstanceOfSatisfying(
                        Claim.Done.class, done -> assertThat(done.answer()).isEqualTo(ONE));
    }

    @Test
    final void whatWasNeverClaimedCannotBeSettled() {
        IdempotencyStore.Key key = fresh();
        assertThat(store.complete(key, "none", ONE)).isFalse();
        assertThat(store.abandon(key, "none")).isFalse();
        first(key, LONG);
    }

    @Test
    final void ofManyClaimsAtOnceOneIsFirst() throws Exception {
        for (int round = 0; round < 20; round++) {
            IdempotencyStore.Key key = fresh();
            assertThat(firstsOf(key)).as("claims that may run").hasSize(1);
        }
    }

    @Test
    final void ofManyThatTakeOverAtOnceOneDoes() throws Exception {
        for (int round = 0; round < 5; round++) {
            IdempotencyStore.Key key = fresh();
            String before = first(key, SHORT).token();
            IdempotencyStore.Key later = fresh();
            first(later, SHORT);
            takeOver(later);
            Set<String> tokens = firstsOf(key);
            assertThat(tokens).as("claims that may run").hasSize(1).doesNotContain(before);
        }
    }

    private Set<String> firstsOf(IdempotencyStore.Key key) throws Exception {
        int claimers = 16;
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Claim>> claims = new ArrayList<>();
        Set<String> tokens = new HashSet<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(claimers)) {
            for (int i = 0; i < claimers; i++) {
                claims.add(threads.submit(() -> {
                    start.await();
                    return store.claim(key, ONE, LONG);
                }));
            }
            start.countDown();
            for (Future<Claim> claim : claims) {
                switch (claim.get()) {
                    case Claim.First first ->
                        assertThat(tokens.add(first.token()))
                                .as("a token given twice")
                                .isTrue();
                    case Claim.InFlight waits -> assertThat(waits).isNotNull();
                    default -> throw new AssertionError("neither first nor in flight: " + claim.get());
                }
            }
        }
        return tokens;
    }

    private Claim.First first(IdempotencyStore.Key key, Duration lease) {
        Claim claim = store.claim(key, ONE, lease);
        assertThat(claim).as("a claim of the new key %s", key).isInstanceOf(Claim.First.class);
        return (Claim.First) claim;
    }

    private Claim.First takeOver(IdempotencyStore.Key key) throws InterruptedException {
        long until = System.nanoTime() + patience().toNanos();
        while (true) {
            Claim claim = store.claim(key, ONE, LONG);
            if (claim instanceof Claim.First first) {
                assertThat(first.takenOver()).as("that a run was taken over").isTrue();
                return first;
            }
            assertThat(claim).isInstanceOf(Claim.InFlight.class);
            assertThat(System.nanoTime())
                    .as("a lease is over, but the key is still in flight after %s", patience())
                    .isLessThan(until);
            Thread.sleep(5);
        }
    }

    /** Also across classes and runs: a store may outlive both. */
    private static synchronized IdempotencyStore.Key fresh() {
        keys++;
        return new IdempotencyStore.Key("tck.v1.Suite/Run", "ada", "k" + System.nanoTime() + '-' + keys);
    }

    private static byte[] print(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
