package dev.parley.benchmarks;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;

/** Says what a server's memory holds. */
final class MemoryReport {

    private MemoryReport() {}

    /**
     * Answers each line on the input with {@code memory HEAP DIRECT}, in bytes and after a full collection; never
     * returns.
     */
    static void onRequest() throws IOException, InterruptedException {
        onRequest(MemoryReport::netty);
    }

    /** As {@link #onRequest()}, of a server with another copy of Netty, which {@code netty} asks what it holds. */
    static void onRequest(LongSupplier netty) throws IOException, InterruptedException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            for (int i = 0; i < 3; i++) {
                System.gc(); // more than once: what a cleaner frees goes with the next one
                Thread.sleep(50);
            }
            System.out.println("memory " + heap() + " " + Math.max(direct(), netty.getAsLong()));
        }
        new CountDownLatch(1).await();
    }

    private static long heap() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    /** What Netty's allocator holds: it may go past the JDK. */
    private static long netty() {
        return ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
                ? provider.metric().usedDirectMemory()
                : 0;
    }
}
