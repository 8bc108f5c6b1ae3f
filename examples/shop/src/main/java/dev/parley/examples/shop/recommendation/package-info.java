/** What a user may like as well. */
@NullMarked
package dev.parley.examples.shop.recommendation;

import org.jspecify.annotations.NullMarked;
