/** Who buys: users, their profiles and tokens. */
@NullMarked
package dev.parley.examples.shop.user;

import org.jspecify.annotations.NullMarked;
