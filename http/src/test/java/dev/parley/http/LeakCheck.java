package dev.parley.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class behind which Netty reports a leaked buffer. Behind each class one buffer is leaked on purpose: once
 * that one has been reported, all that leaked before it have been as well.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {

    private static final String CANARY = "leaked on purpose ";
    private static final AtomicInteger CLASSES = new AtomicInteger();
    private static final List<String> REPORTS = new CopyOnWriteArrayList<>();

    static {
        // Before any buffer: Netty's classes keep the detector that they find when they are loaded.
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ResourceLeakDetectorFactory() {
            @Override
            @SuppressWarnings("deprecation") // abstract all the same
            public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                    Class<T> resource, int samplingInterval, long maxActive) {
                return new Recorder<>(resource, samplingInterval);
            }
        });
    }

    private static final class Recorder<T> extends ResourceLeakDetector<T> {
        Recorder(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            REPORTS.add(resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            REPORTS.add(resourceType + " (no trace)");
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (context.getRequiredTestClass().isMemberClass()) {
            return;
        }
        List<String> found = collect();
        if (!found.isEmpty()) {
            throw new AssertionError(found.size() + " buffers leaked, the first: " + found.getFirst());
        }
    }

    private static List<String> collect() {
        String canary = CANARY + CLASSES.incrementAndGet(); // Netty reports no two of the same words
        leakOne(canary);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (REPORTS.stream().noneMatch(report -> report.contains(canary))) {
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("the leak detector did not see the buffer that was leaked on purpose ");
            }
            System.gc();
            ByteBufAllocator.DEFAULT.buffer(1).release(); // an allocation is what makes Netty report
        }
        List<String> found =
                REPORTS.stream().filter(report -> !report.contains(CANARY)).toList();
        REPORTS.clear();
        return found;
    }

    private static void leakOne(String canary) {
        ByteBuf leaked = ByteBufAllocator.DEFAULT.buffer(1);
        leaked.touch(canary);
    }
}
