/** Spring Cloud Gateway as the benchmarks run it. */
@NullMarked
package dev.parley.benchmarks.spring;

import org.jspecify.annotations.NullMarked;
