/** RabbitMQ as a broker. */
@NullMarked
package dev.parley.messaging.rabbitmq;

import org.jspecify.annotations.NullMarked;
