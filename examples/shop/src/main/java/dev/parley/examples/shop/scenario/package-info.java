/** The shop played step by step over real sockets, each step checked. */
@NullMarked
package dev.parley.examples.shop.scenario;

import org.jspecify.annotations.NullMarked;
