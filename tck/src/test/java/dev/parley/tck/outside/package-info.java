/** A user of the suites: sees only what is public. */
@org.jspecify.annotations.NullMarked
package dev.parley.tck.outside;
