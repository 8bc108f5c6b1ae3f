package dev.parley.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * The specifications are worth something only if they fail for what is broken: each mutant is the real source with one
 * thing wrong, compiled, and put before the tests that are to notice.
 */
@Tag("long") // a compilation for each
class RetryMutantsTest {

    private static final Path SOURCES = Path.of("src/main/java/dev/parley/resilience");
    private static final String PACKAGE = RetryMutantsTest.class.getPackageName() + ".";

    /** In {@code file} {@code right} becomes {@code wrong}, and {@code test} of {@code suite} fails. */
    record Mutant(String name, String file, String right, String wrong, String suite, String test) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Mutant> mutants() {
        return Stream.of(
                new Mutant(
                        "a budget that never refills by time",
                        "RetryBudget",
                        "+ perNano * passed",
                        "",
                        "RetryBudgetTest",
                        "soDoesTime"),
                new Mutant(
                        "a budget that never refills by calls",
                        "RetryBudget",
                        "account.calls.increment()",
                        "account.calls.sum()",
                        "RetryBudgetTest",
                        "everyFifthCallEarnsARepeat"),
                new Mutant(
                        "a budget that saves without bounds",
                        "RetryBudget",
                        "earned * saving / passed",
                        "before.repeats + earned",
                        "RetryBudgetTest",
                        "anHourWithoutFailuresSavesNoMoreThanASecond"),
                new Mutant(
                        "a retry past the deadline",
                        "RetryRun",
                        "delay >= call.deadline().remainingNanos()",
                        "delay == Long.MAX_VALUE",
                        "RetryTest",
                        "aDelayThatEndsBehindTheDeadlineIsNotWaitedFor"),
                new Mutant(
                        "a retry of what may have acted",
                        "RetryRun",
                        "return StopReason.NOT_IDEMPOTENT;",
                        "return null;",
                        "RetryTest",
                        "whatMayHaveActedIsNotRepeated"),
                new Mutant(
                        "a retry after cancellation",
                        "RetryRun",
                        "return StopReason.CANCELLED;",
                        "return null;",
                        "RetryTest",
                        "aCancelledCallIsNotTriedAgain"),
                new Mutant(
                        "a wait that cancellation does not end",
                        "Pause",
                        "reason -> wake()",
                        "reason -> {}",
                        "RetryTest",
                        "aCancellationEndsTheWaitWithItsReason"),
                new Mutant(
                        "a backoff without its cap",
                        "RetryPolicy",
                        "(double) maxBackoff.toNanos(),",
                        "Double.MAX_VALUE,",
                        "RetryPolicyTest",
                        "aLateBackoffIsCapped"),
                new Mutant(
                        "a backoff without jitter",
                        "RetryPolicy",
                        "random.nextDouble() * most",
                        "most",
                        "RetryTest",
                        "unavailableIsRepeatedUpToThreeTimesWithGrowingWaits"),
                new Mutant(
                        "exhausted retries that do not say so",
                        "RetryRun",
                        "withRetryAdvice(RetryAdvice.NEVER)",
                        "withRetryAdvice(error.retryAdvice())",
                        "RetryTest",
                        "afterTheLastAttemptTheFailureIsThrownWithTheAdviceToLetItBe"),
                new Mutant(
                        "hops that multiply",
                        "RetryRun",
                        "withRetryAdvice(RetryAdvice.NEVER)",
                        "withRetryAdvice(error.retryAdvice())",
                        "RetryStormTest",
                        "anOutageOfMinutesCostsTheServiceLessThanAThirdMoreThroughThreeHops"),
                new Mutant(
                        "a retry that is not charged",
                        "RetryRun",
                        "!retry.budget.withdraw()",
                        "retry.budget == null",
                        "RetryTest",
                        "anEmptyBudgetStopsItAndTheHopsAbove"),
                new Mutant(
                        "advice of ten years that is followed",
                        "RetryRun",
                        "advised.compareTo(LONGEST_ADVICE) <= 0",
                        "LONGEST_ADVICE != null",
                        "RetryTest",
                        "aDelayOfYearsIsTakenForGarbageAndTheReasonTold"),
                new Mutant(
                        "lost attempts that do not end",
                        "Retry",
                        "call.rollBack(mark, failure);",
                        "call.keep();",
                        "RetryTest",
                        "anAttemptThatIsOverHasEndedBeforeTheNextBegins"),
                new Mutant(
                        "a hedge that is not charged",
                        "HedgedCall",
                        "!hedge.budget.withdraw() ||",
                        "",
                        "HedgeTest",
                        "anEmptyBudgetAllowsNoHedge"),
                new Mutant(
                        "a hedge whose loser goes on",
                        "HedgedCall",
                        "if (scope != null && !kept) {",
                        "if (scope == null) {",
                        "HedgeTest",
                        "theFirstMayStillWinAndTheSecondIsInterrupted"),
                new Mutant(
                        "a hedge of what may act",
                        "Hedge",
                        "call.method().isIdempotent() &&",
                        "",
                        "HedgeTest",
                        "whatMayActIsNotHedged"),
                new Mutant(
                        "a fallback behind the first message",
                        "Fallback",
                        "            begun = true;\n",
                        "",
                        "FallbackTest",
                        "aStreamThatFailsBehindItsFirstMessageIsNot"));
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void theSpecificationNotices(Mutant mutant, @TempDir Path folder) throws Exception {
        compile(mutant, folder);
        try (Mutated loader = new Mutated(folder)) {
            Class<?> suite = loader.loadClass(PACKAGE + mutant.suite);
            Set<String> failed = EngineTestKit.engine("junit-jupiter")
                    .selectors(DiscoverySelectors.selectMethod(suite, mutant.test))
                    .execute()
                    .testEvents()
                    .assertStatistics(statistics -> statistics.started(1))
                    .failed()
                    .stream()
                    .map(event -> event.getTestDescriptor().getDisplayName())
                    .collect(Collectors.toSet());
            assertThat(failed).containsExactly(mutant.test + "()");
        }
    }

    private static void compile(Mutant mutant, Path folder) throws IOException {
        String source = Files.readString(SOURCES.resolve(mutant.file + ".java"));
        assertThat(source.split(java.util.regex.Pattern.quote(mutant.right), -1))
                .as("what is to be wrong is in %s once", mutant.file)
                .hasSize(2);
        Path mutated =
                Files.writeString(folder.resolve(mutant.file + ".java"), source.replace(mutant.right, mutant.wrong));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            StringWriter said = new StringWriter();
            boolean compiled = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of("-d", folder.toString(), "-proc:none", "-cp", classPath()),
                            null,
                            files.getJavaFileObjects(mutated))
                    .call();
            assertThat(compiled).as(said::toString).isTrue();
        }
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** Loads this package anew, the mutated classes in place of the real ones; all else is its parent's. */
    private static final class Mutated extends ClassLoader implements AutoCloseable {
        private final Path folder;

        Mutated(Path folder) {
            super(RetryMutantsTest.class.getClassLoader());
            this.folder = folder;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            Path mutated = folder.resolve(file);
            try (InputStream in = Files.exists(mutated)
                    ? Files.newInputStream(mutated)
                    : getParent().getResourceAsStream(file)) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }

        @Override
        public void close() {}
    }
}
