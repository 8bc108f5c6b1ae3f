/** Numbers about orders, counted from events, and counted again from the first of them when asked to. */
@NullMarked
package dev.parley.examples.shop.analytics;

import org.jspecify.annotations.NullMarked;
