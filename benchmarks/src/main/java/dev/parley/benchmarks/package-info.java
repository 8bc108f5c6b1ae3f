/** Measurements of Parley beside other libraries; run them with {@code ./parley bench}. */
@NullMarked
package dev.parley.benchmarks;

import org.jspecify.annotations.NullMarked;
