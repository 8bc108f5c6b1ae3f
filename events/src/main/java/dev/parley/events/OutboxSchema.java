package dev.parley.events;

import dev.parley.store.Migration;
import dev.parley.store.Position;
import dev.parley.store.Schema;
import java.util.List;

/** The tables of the outbox. A row is deleted once it is sent, so the table stays as small as the backlog. */
final class OutboxSchema {

    private static final String COLUMNS =
            "topic varchar(200) not null, message_key varchar(255), attributes text not null,"
                    + " deliver_at bigint, created bigint not null";

    static final Schema SCHEMA = new Schema(
            "events.outbox",
            List.of(new Migration(
                    1,
                    List.of(
                            "create table parley_outbox (id integer primary key autoincrement, " + COLUMNS
                                    + ", payload blob not null)",
                            "create table parley_outbox_letter (id integer primary key autoincrement, " + COLUMNS
                                    + ", payload blob not null, failed bigint not null, cause text not null)"),
                    List.of(
                            // One index for both: reading in the order of commits, and deleting.
                            "create table parley_outbox (id bigint generated always as identity, "
                                    + Position.TXID_COLUMN + ", " + COLUMNS
                                    + ", payload bytea not null, primary key (txid, id))",
                            "create table parley_outbox_letter (id bigint generated always as identity primary key, "
                                    + COLUMNS
                                    + ", payload bytea not null, failed bigint not null, cause text not null)"))));

    private OutboxSchema() {}
}
