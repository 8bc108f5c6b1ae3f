package dev.parley.messaging.internal;

import dev.parley.messaging.spi.Settlement;

/**
 * What is to become of a message.
 *
 * @param expired whether it is acknowledged because nobody needs it any more
 */
record Decision(Held held, Settlement settlement, boolean expired) {

    Decision(Held held, Settlement settlement) {
        this(held, settlement, false);
    }
}
