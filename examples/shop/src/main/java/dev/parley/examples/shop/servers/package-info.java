/** The six servers of the shop and what is in them at first. */
@NullMarked
package dev.parley.examples.shop.servers;

import org.jspecify.annotations.NullMarked;
