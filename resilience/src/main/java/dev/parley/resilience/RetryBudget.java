package dev.parley.resilience;

import dev.parley.Timer;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

/**
 * What keeps repeats from turning an outage into a storm: each call earns a part of a repeat, each second a few, and each
 * repeat costs one. One budget serves all methods of a client, retries and hedges together.
 *
 * <p>Under a total outage a service gets at most {@code 1 + ratio} times its calls and {@code perSecond} more, however
 * many attempts policies allow; with the defaults that is less than 1.3 times from 112 calls a second on, and
 * with fewer calls 10 a second more.
 *
 * <p>A {@linkplain #deposit deposit} is one increment of a striped counter, without a clock, so that all calls of a
 * process can share it. A {@linkplain #withdraw withdrawal}, which only failures make, looks at the clock: what was
 * earned since the last one is taken to have come evenly over that time, and what is older than
 * {@link RetryBudgetPolicy#saving} is lost. Thread-safe and lock-free.
 */
public final class RetryBudget {

    private final Account account;
    private final boolean pays;

    /** A budget by the system's clock. */
    public RetryBudget(RetryBudgetPolicy policy) {
        this(policy, Timer.system());
    }

    /** A budget by the clock of {@code timer}. */
    public RetryBudget(RetryBudgetPolicy policy, Timer timer) {
        this(new Account(policy, timer), true);
    }

    private RetryBudget(Account account, boolean pays) {
        this.account = account;
        this.pays = pays;
    }

    /** A new budget of 20 % of the calls and 10 a second. */
    public static RetryBudget defaults() {
        return new RetryBudget(RetryBudgetPolicy.defaults());
    }

    /** The same budget for a policy behind another one that has it: the call was counted, so it only takes out. */
    public RetryBudget withoutDeposits() {
        return new RetryBudget(account, false);
    }

    /** Counts a call; not its repeats. */
    public void deposit() {
        if (pays) {
            account.calls.increment();
        }
    }

    /** Pays for one repeat. False if there is not enough, and then it must not be made. */
    public boolean withdraw() {
        return account.withdraw();
    }

    /** How things stand. */
    public Snapshot snapshot() {
        return account.snapshot();
    }

    /**
     * How a budget stands.
     *
     * @param available repeats that it would pay for now
     * @param calls calls that were counted
     * @param withdrawn repeats that were paid for
     * @param refused repeats that were not
     */
    public record Snapshot(double available, long calls, long withdrawn, long refused) {}

    /** What was there at a time. */
    private record Balance(double repeats, long calls, long at) {}

    private static final class Account {
        final LongAdder calls = new LongAdder();
        private final LongAdder withdrawn = new LongAdder();
        private final LongAdder refused = new LongAdder();
        private final double ratio;
        private final double perNano;
        private final long saving;
        private final Timer timer;
        private final AtomicReference<Balance> balance;

        Account(RetryBudgetPolicy policy, Timer timer) {
            this.ratio = policy.ratio();
            this.perNano = policy.perSecond() / 1e9;
            this.saving = policy.saving().toNanos();
            this.timer = timer;
            this.balance = new AtomicReference<>(new Balance(perNano * saving, 0, timer.nanoTime()));
        }

        boolean withdraw() {
            while (true) {
                Balance before = balance.get();
                Balance now = upToDate(before);
                if (now.repeats < 1) {
                    refused.increment();
                    return false; // not written: what it earns is reckoned again from before
                }
                Balance after = new Balance(now.repeats - 1, now.calls, now.at);
                if (balance.compareAndSet(before, after)) {
                    withdrawn.increment();
                    return true;
                }
            }
        }

        private Balance upToDate(Balance before) {
            long now = timer.nanoTime();
            // A clock that went back, or a sum that missed a stripe, earns nothing.
            long passed = Math.max(0, now - before.at);
            long seen = Math.max(before.calls, calls.sum());
            double earned = ratio * (seen - before.calls) + perNano * passed;
            double young = passed < saving
                    ? before.repeats * (1 - (double) passed / saving) + earned
                    : earned * saving / passed;
            // One repeat may be as old as it likes, or a client with a call a minute would never have one.
            return new Balance(Math.max(young, Math.min(1, before.repeats + earned)), seen, now);
        }

        Snapshot snapshot() {
            return new Snapshot(upToDate(balance.get()).repeats, calls.sum(), withdrawn.sum(), refused.sum());
        }
    }
}
