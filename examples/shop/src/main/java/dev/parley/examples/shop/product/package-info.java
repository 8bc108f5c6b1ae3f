/** What can be bought, and for how much. */
@NullMarked
package dev.parley.examples.shop.product;

import org.jspecify.annotations.NullMarked;
