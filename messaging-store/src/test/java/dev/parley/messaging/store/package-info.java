@NullMarked
package dev.parley.messaging.store;

import org.jspecify.annotations.NullMarked;
