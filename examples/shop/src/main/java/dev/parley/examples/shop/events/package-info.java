/** What the services tell each other about orders, and how they listen. */
@NullMarked
package dev.parley.examples.shop.events;

import org.jspecify.annotations.NullMarked;
