package dev.parley.tck.messaging;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A test that makes faults which others would notice: none runs meanwhile, where tests run at once. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface Alone {

    /**
     * Sees to it. JUnit's own locks would make a class with such a test run on one thread.
     */
    final class Extension implements BeforeEachCallback, AfterEachCallback {

        private static final ReentrantReadWriteLock RUNNING = new ReentrantReadWriteLock(true);

        private static Lock lock(ExtensionContext context) {
            return context.getRequiredTestMethod().isAnnotationPresent(Alone.class)
                    ? RUNNING.writeLock()
                    : RUNNING.readLock();
        }

        @Override
        public void beforeEach(ExtensionContext context) throws InterruptedException {
            lock(context).lockInterruptibly();
        }

        @Override
        public void afterEach(ExtensionContext context) {
            lock(context).unlock();
        }
    }
}
