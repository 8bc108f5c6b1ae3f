/** What is on the shelf: stock levels and reservations. */
@NullMarked
package dev.parley.examples.shop.inventory;

import org.jspecify.annotations.NullMarked;
