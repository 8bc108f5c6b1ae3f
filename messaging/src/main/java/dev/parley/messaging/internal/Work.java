package dev.parley.messaging.internal;

import java.util.List;

/** What a subscription does with messages. */
@FunctionalInterface
interface Work {

    /** Handles messages together; never throws but for errors of the virtual machine. One decision each, in their order. */
    List<Decision> handle(List<Held> batch);
}
