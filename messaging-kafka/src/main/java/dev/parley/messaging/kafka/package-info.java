/** Kafka as a broker. */
@NullMarked
package dev.parley.messaging.kafka;

import org.jspecify.annotations.NullMarked;
