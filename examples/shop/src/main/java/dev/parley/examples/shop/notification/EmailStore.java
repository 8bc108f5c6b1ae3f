package dev.parley.examples.shop.notification;

import com.google.protobuf.util.Timestamps;
import dev.parley.Messages;
import dev.parley.events.Inbox;
import dev.parley.examples.shop.notification.v1.Email;
import dev.parley.examples.shop.store.Feed;
import dev.parley.examples.shop.store.StoreFull;
import dev.parley.messaging.Delivery;
import dev.parley.store.Listening;
import dev.parley.store.Migration;
import dev.parley.store.Schema;
import dev.parley.store.Store;
import dev.parley.store.Transaction;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The e-mails, in a database beside the inbox that knows which events they are about. Thread-safe. */
public final class EmailStore {

    private static final String CHANNEL = "shop.emails";
    private static final String COLUMNS =
            ", order_id varchar(100) not null, recipient varchar(320) not null, subject varchar(200) not null,"
                    + " body varchar(2000) not null, written bigint not null, sent smallint not null)";
    private static final String INDEX = "create index shop_emails_order on shop_emails (order_id)";
    private static final String UNSENT = "create index shop_emails_unsent on shop_emails (number) where sent = 0";
    private static final Schema SCHEMA = new Schema(
            "shop.emails",
            List.of(new Migration(
                    1,
                    List.of(
                            "create table shop_emails (number integer primary key autoincrement" + COLUMNS,
                            INDEX,
                            UNSENT),
                    List.of(
                            "create table shop_emails (number bigint generated always as identity primary key"
                                    + COLUMNS,
                            INDEX,
                            UNSENT))));
    private static final String SELECT = "select number, order_id, recipient, subject, body, written from shop_emails ";

    private final Store store;
    private final Inbox inbox;
    private final int limit;
    private final Feed<Email> feed = new Feed<>(100, email -> false);

    /** E-mails in {@code store}, up to {@code limit} of them. */
    public EmailStore(Store store, int limit) {
        store.migrate(SCHEMA);
        this.store = store;
        this.inbox = Inbox.on(store);
        this.limit = limit;
    }

    /** Writes one, unless there is one about this delivery's event. Both are noted in one transaction. */
    void write(Delivery<?> about, Email email) {
        store.run(tx -> {
            if (inbox.firstTime(tx, about)) {
                checkRoom(tx);
                insert(tx, email);
                tx.wake(CHANNEL);
            }
        });
    }

    private void checkRoom(Transaction tx) throws SQLException {
        ResultSet count = tx.prepare("select count(*) from shop_emails").executeQuery();
        count.next();
        if (count.getLong(1) >= limit) {
            throw new StoreFull("e-mails", limit);
        }
    }

    private static void insert(Transaction tx, Email email) throws SQLException {
        PreparedStatement insert = tx.prepare(
                "insert into shop_emails (order_id, recipient, subject, body, written, sent) values (?, ?, ?, ?, ?, 0)");
        insert.setString(1, email.getOrderId());
        insert.setString(2, email.getRecipient());
        insert.setString(3, email.getSubject());
        insert.setString(4, email.getText());
        insert.setLong(5, Timestamps.toMillis(email.getWrittenAt()));
        insert.executeUpdate();
    }

    /** Those that are to be sent, the oldest first. */
    List<Email> unsent(int most) {
        return store.read(tx -> {
            PreparedStatement select = tx.prepare(SELECT + "where sent = 0 order by number limit ?");
            select.setInt(1, most);
            return emails(select);
        });
    }

    /** Notes that these were sent, and tells who watches. */
    void sent(List<Email> emails) {
        store.run(tx -> {
            PreparedStatement update = tx.prepare("update shop_emails set sent = 1 where number = ?");
            for (Email email : emails) {
                update.setLong(1, email.getNumber());
                update.addBatch();
            }
            update.executeBatch();
        });
        emails.forEach(feed::publish);
    }

    /** Those that were sent, the latest first; about one order, or about all if {@code orderId} is empty. */
    List<Email> list(String orderId, int most) {
        return store.read(tx -> {
            PreparedStatement select =
                    tx.prepare(SELECT + "where sent = 1 and (? = '' or order_id = ?) order by number desc limit ?");
            select.setString(1, orderId);
            select.setString(2, orderId);
            select.setInt(3, most);
            return emails(select);
        });
    }

    Messages<Email> watch() {
        return feed.watch(List.of(), email -> true);
    }

    /** Tells when there may be something to send. */
    Listening listen(Runnable listener) {
        return store.listen(CHANNEL, listener);
    }

    private static List<Email> emails(PreparedStatement select) throws SQLException {
        List<Email> emails = new ArrayList<>();
        ResultSet row = select.executeQuery();
        while (row.next()) {
            emails.add(Email.newBuilder()
                    .setNumber(row.getLong(1))
                    .setOrderId(row.getString(2))
                    .setRecipient(row.getString(3))
                    .setSubject(row.getString(4))
                    .setText(row.getString(5))
                    .setWrittenAt(Timestamps.fromMillis(row.getLong(6)))
                    .build());
        }
        return emails;
    }
}
