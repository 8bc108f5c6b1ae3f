package dev.parley.messaging.kafka;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Where a record is. */
record Place(String topic, int partition, long offset) {

    static Place of(ConsumerRecord<?, ?> record) {
        return new Place(record.topic(), record.partition(), record.offset());
    }
}
