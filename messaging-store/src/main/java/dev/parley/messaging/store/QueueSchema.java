package dev.parley.messaging.store;

import dev.parley.store.Migration;
import dev.parley.store.Schema;
import java.util.List;

/**
 * The tables. Times are microseconds since 1970.
 *
 * <ul>
 *   <li>{@code parley_routing}: one row, whose version changes with every change of the queues that publishers must know of.
 *   <li>{@code parley_queue}: of each group; a deleted one stays until what waits for it has been removed.
 *   <li>{@code parley_consumer}: who takes from a queue, and until when that is believed without a sign of life.
 *   <li>{@code parley_message}: the log. A row stays while it is young enough, or a delivery or dead letter refers to it.
 *   <li>{@code parley_delivery}: a message in the queue of a group. {@code until} is null while it can be given out, its time while it is
 *       delayed (state 1), the end of the lease while a consumer has it (state 2). The indexes are partial, so that a row is only in those
 *       that its state needs. {@code lane} is the key's hash in queues that are ordered, otherwise null.
 *   <li>{@code parley_dead_letter}: what was given up.
 * </ul>
 */
final class QueueSchema {

    /** Of deliveries. */
    static final int READY = 0;

    static final int DELAYED = 1;
    static final int LEASED = 2;

    private static final String ROUTING =
            "create table parley_routing (one integer not null primary key check (one = 1), version bigint not null)";
    private static final String FIRST_ROUTING = "insert into parley_routing (one, version) values (1, 0)";
    private static final String QUEUE_COLUMNS = " topic varchar(200) not null, grp varchar(100) not null,"
            + " kind smallint not null, ordered smallint not null, deleted bigint, redelivered bigint not null default 0)";
    private static final String QUEUE_NAME = "create unique index parley_queue_name on parley_queue (topic, grp)"
            + " where kind = 0 and deleted is null";
    private static final String CONSUMER = "create table parley_consumer (id bigint not null primary key,"
            + " queue bigint not null, until bigint not null)";
    private static final String CONSUMER_QUEUE = "create index parley_consumer_queue on parley_consumer (queue)";
    private static final String MESSAGE_COLUMNS = " topic varchar(200) not null, lane bigint not null,"
            + " published bigint not null, attributes text not null, data %s not null)";
    private static final String MESSAGE_TOPIC = "create index parley_message_topic on parley_message (topic, id)";
    private static final String DELIVERY =
            "create table parley_delivery (message bigint not null, queue bigint not null,"
                    + " lane bigint, state smallint not null, attempt integer not null, until bigint, first_failure bigint,"
                    + " consumer bigint, token bigint, primary key (message, queue))";
    private static final String READY_INDEX =
            "create index parley_delivery_ready on parley_delivery (queue, message) where until is null";
    private static final String TIMED_INDEX = "create index parley_delivery_timed on parley_delivery"
            + " (queue, state, until, message) where until is not null";
    private static final String LANE_INDEX = "create index parley_delivery_lane on parley_delivery"
            + " (queue, lane, message) where lane is not null and until is null";
    private static final String HELD_INDEX = "create index parley_delivery_held on parley_delivery"
            + " (queue, lane, consumer) where lane is not null and state = 2";
    private static final String LETTER_COLUMNS = " queue bigint not null, message bigint not null,"
            + " attempts integer not null, first_failure bigint not null, last_failure bigint not null,"
            + " code varchar(40) not null, cause text not null)";
    private static final String LETTER_QUEUE =
            "create index parley_dead_letter_queue on parley_dead_letter (queue, id)";
    private static final String LETTER_MESSAGE =
            "create index parley_dead_letter_message on parley_dead_letter (message)";

    static final Schema SCHEMA = new Schema(
            "queues",
            List.of(new Migration(
                    1,
                    List.of(
                            ROUTING,
                            FIRST_ROUTING,
                            "create table parley_queue (id integer primary key autoincrement," + QUEUE_COLUMNS,
                            QUEUE_NAME,
                            CONSUMER,
                            CONSUMER_QUEUE,
                            "create table parley_message (id integer primary key autoincrement,"
                                    + MESSAGE_COLUMNS.formatted("blob"),
                            MESSAGE_TOPIC,
                            DELIVERY + " without rowid",
                            READY_INDEX,
                            TIMED_INDEX,
                            LANE_INDEX,
                            HELD_INDEX,
                            "create table parley_dead_letter (id integer primary key autoincrement," + LETTER_COLUMNS,
                            LETTER_QUEUE,
                            LETTER_MESSAGE),
                    List.of(
                            ROUTING,
                            FIRST_ROUTING,
                            "create table parley_queue (id bigint generated always as identity primary key,"
                                    + QUEUE_COLUMNS,
                            QUEUE_NAME,
                            CONSUMER,
                            CONSUMER_QUEUE,
                            "create sequence parley_message_id",
                            "create table parley_message (id bigint not null primary key,"
                                    + MESSAGE_COLUMNS.formatted("bytea"),
                            MESSAGE_TOPIC,
                            DELIVERY,
                            READY_INDEX,
                            TIMED_INDEX,
                            LANE_INDEX,
                            HELD_INDEX,
                            "create table parley_dead_letter (id bigint generated always as identity primary key,"
                                    + LETTER_COLUMNS,
                            LETTER_QUEUE,
                            LETTER_MESSAGE))));

    private QueueSchema() {}
}
