/** Vert.x as the benchmarks run it. */
@NullMarked
package dev.parley.benchmarks.vertx;

import org.jspecify.annotations.NullMarked;
