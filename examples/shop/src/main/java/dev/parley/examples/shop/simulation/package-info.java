/** Misbehaviour on request. */
@NullMarked
package dev.parley.examples.shop.simulation;

import org.jspecify.annotations.NullMarked;
