/** The shop: six small services that show a Parley system at work, and the program that runs them. */
@NullMarked
package dev.parley.examples.shop;

import org.jspecify.annotations.NullMarked;
