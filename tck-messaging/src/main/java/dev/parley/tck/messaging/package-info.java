/**
 * The conformance kit of brokers.
 */
@NullMarked
package dev.parley.tck.messaging;

import org.jspecify.annotations.NullMarked;
