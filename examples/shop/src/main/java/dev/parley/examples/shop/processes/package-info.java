/** The shop with each service in a JVM of its own: what starts them, watches them and stops them, and what runs in each. */
@NullMarked
package dev.parley.examples.shop.processes;

import org.jspecify.annotations.NullMarked;
