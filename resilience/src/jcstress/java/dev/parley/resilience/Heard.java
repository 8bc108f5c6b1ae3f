package dev.parley.resilience;

/** Counts what a call was told. */
final class Heard implements Bulkhead.Admission {
    volatile int admitted;
    volatile int refused;

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // told once; if it is twice, at once, the sum is still wrong
    public void admitted() {
        admitted++;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void refused(RejectedException error) {
        refused++;
    }
}
