/** The six servers of the shop, what is in them at first, and the page's server. */
@NullMarked
package dev.parley.examples.shop.servers;

import org.jspecify.annotations.NullMarked;
