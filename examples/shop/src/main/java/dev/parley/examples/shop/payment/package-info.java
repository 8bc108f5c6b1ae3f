/** Money taken and given back. */
@NullMarked
package dev.parley.examples.shop.payment;

import org.jspecify.annotations.NullMarked;
