/** Orders: where a request becomes calls to all the other services. */
@NullMarked
package dev.parley.examples.shop.order;

import org.jspecify.annotations.NullMarked;
