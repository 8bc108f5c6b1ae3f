package dev.parley.tck;

import dev.parley.IdempotencyStore;
import dev.parley.IdempotencyStore.Claim;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Stores with one fault each. Their suites are run by {@link BrokenStoresTest} alone: surefire takes no nested class. */
final class BrokenStores {

    private BrokenStores() {}

    /** A sound store; a fault is one overridden method. */
    abstract static class Faulty extends IdempotencyStoreSuite implements IdempotencyStore {
        final IdempotencyStore sound = IdempotencyStore.inMemory();

        @Override
        protected IdempotencyStore store() {
            return this;
        }

        @Override
        protected Duration patience() {
            return Duration.ofMillis(500);
        }

        @Override
        public Claim claim(IdempotencyStore.Key key, byte[] fingerprint, Duration lease) {
            return sound.claim(key, fingerprint, lease);
        }

        @Override
        public boolean complete(IdempotencyStore.Key key, String token, byte[] answer) {
            return sound.complete(key, token, answer);
        }

        @Override
        public boolean abandon(IdempotencyStore.Key key, String token) {
            return sound.abandon(key, token);
        }
    }

    static final class ForgetsThePrincipal extends Faulty {
        @Override
        public Claim claim(IdempotencyStore.Key key, byte[] fingerprint, Duration lease) {
            return super.claim(new IdempotencyStore.Key(key.method(), "", key.key()), fingerprint, lease);
        }

        @Override
        public boolean complete(IdempotencyStore.Key key, String token, byte[] answer) {
            return super.complete(new IdempotencyStore.Key(key.method(), "", key.key()), token, answer);
        }
    }

    static final class GluesTheParts extends Faulty {
        private static IdempotencyStore.Key glued(IdempotencyStore.Key key) {
            return new IdempotencyStore.Key(key.method() + key.principal() + key.key(), "", "");
        }

        @Override
        public Claim claim(IdempotencyStore.Key key, byte[] fingerprint, Duration lease) {
            return super.claim(glued(key), fingerprint, lease);
        }

        @Override
        public boolean complete(IdempotencyStore.Key key, String token, byte[] answer) {
            return super.complete(glued(key), token, answer);
        }
    }

    static final class IgnoresTheRequest extends Faulty {
        @Override
        public Claim claim(IdempotencyStore.Key key, byte[] fingerprint, Duration lease) {
            return super.claim(key, new byte[0], lease);
        }
    }

    static final class NeverEndsALease extends Faulty {
        @Override
        public Claim claim(IdempotencyStore.Key key, byte[] fingerprint, Duration lease) {
            return super.claim(key, fingerprint, Duration.ofDays(1));
        }
    }

    static final class CutsALeaseShort extends Faulty {
        @Override
        public Claim claim(IdempotencyStore.Key key, byte[] fingerprint, Duration lease) {
            return super.claim(key, fingerprint, Duration.ofMillis(1));
        }
    }

    static final class DoesNotSayThatItTookOver extends Faulty {
        @Override
        public Claim claim(IdempotencyStore.Key key, byte[] fingerprint, Duration lease) {
            return super.claim(key, fingerprint, lease) instanceof Claim.First first
                    ? new Claim.First(first.token(), false)
                    : super.claim(key, fingerprint, lease);
        }
    }

    /** No fencing: whoever completes counts. */
    static final class IgnoresTheToken extends Faulty {
        private final ConcurrentHashMap<IdempotencyStore.Key, String> current = new ConcurrentHashMap<>();

        @Override
        public Claim claim(IdempotencyStore.Key key, byte[] fingerprint, Duration lease) {
            Claim claim = super.claim(key, fingerprint, lease);
            if (claim instanceof Claim.First first) {
                current.put(key, first.token());
            }
            return claim;
        }

        @Override
        public boolean complete(IdempotencyStore.Key key, String token, byte[] answer) {
            return super.complete(key, current.getOrDefault(key, token), answer);
        }
    }

    /** Looks first and claims afterwards, as a SELECT and an INSERT without a unique index do. */
    static final class LooksBeforeItClaims extends Faulty {
        private final Set<IdempotencyStore.Key> seen = new HashSet<>();
        private long tokens;

        @Override
        public Claim claim(IdempotencyStore.Key key, byte[] fingerprint, Duration lease) {
            boolean known;
            synchronized (seen) {
                known = seen.contains(key);
            }
            if (known) {
                return super.claim(key, fingerprint, lease);
            }
            LockSupport.parkNanos(100_000);
            synchronized (seen) {
                seen.add(key);
                tokens++;
                return super.claim(key, fingerprint, lease) instanceof Claim.First first
                        ? first
                        : new Claim.First("extra" + tokens, false);
            }
        }
    }

    static final class LosesTheAnswer extends Faulty {
        @Override
        public boolean complete(IdempotencyStore.Key key, String token, byte[] answer) {
            return super.complete(key, token, new byte[0]);
        }
    }

    static final class KeepsWhatWasAbandoned extends Faulty {
        @Override
        public boolean abandon(IdempotencyStore.Key key, String token) {
            return true;
        }
    }

    static final class CompletesWhatIsDone extends Faulty {
        @Override
        public boolean complete(IdempotencyStore.Key key, String token, byte[] answer) {
            super.complete(key, token, answer);
            return true;
        }
    }
}
