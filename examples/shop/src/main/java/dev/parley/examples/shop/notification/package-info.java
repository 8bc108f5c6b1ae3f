/** E-mails about orders, written when an event says that there is something to write about. */
@NullMarked
package dev.parley.examples.shop.notification;

import org.jspecify.annotations.NullMarked;
