package dev.parley.examples.shop.notification;

import com.google.protobuf.util.Timestamps;
import dev.parley.CallException;
import dev.parley.examples.shop.notification.v1.Email;
import dev.parley.store.Listening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts e-mails into a folder, a file each, which stands for a mail server. An e-mail's file has the e-mail's number, so that who
 * was stopped between writing the file and noting it writes the same file again.
 */
public final class Postman implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Postman.class);
    private static final int AT_A_TIME = 100;
    private static final long POLL_MILLIS = 500;

    private final EmailStore store;
    private final Path folder;
    private final Semaphore signal = new Semaphore(0);
    private final Thread thread;

    private Postman(EmailStore store, Path folder) {
        this.store = store;
        this.folder = folder;
        this.thread = Thread.ofVirtual().name("shop-postman").unstarted(this::run);
    }

    /**
     * Begins to send what is in {@code store}.
     *
     * @throws IOException if the folder cannot be made
     */
    public static Postman start(EmailStore store, Path folder) throws IOException {
        Files.createDirectories(folder);
        Postman postman = new Postman(store, folder);
        postman.thread.start();
        return postman;
    }

    private void run() {
        try (Listening listening = store.listen(signal::release)) {
            while (true) {
                if (!sendSome()) {
                    signal.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS);
                    signal.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /** Whether there may be more. */
    private boolean sendSome() throws InterruptedException {
        try {
            List<Email> emails = store.unsent(AT_A_TIME);
            for (Email email : emails) {
                send(email);
            }
            if (!emails.isEmpty()) {
                store.sent(emails);
            }
            return emails.size() == AT_A_TIME;
        } catch (IOException | CallException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            LOG.warn("e-mails wait, as they cannot be sent at present", e);
            return false;
        }
    }

    private void send(Email email) throws IOException {
        String name = String.format(Locale.ROOT, "email-%06d.eml", email.getNumber());
        Path written = folder.resolve(name + ".part");
        Files.writeString(written, """
                From: The shop <orders@shop.example>
                To: %s
                Subject: %s
                Date: %s
                X-Order: %s

                %s
                """.formatted(
                        email.getRecipient(),
                        email.getSubject(),
                        Timestamps.toString(email.getWrittenAt()),
                        email.getOrderId(),
                        email.getText()));
        Files.move(written, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Stops; what was not sent is sent by the next one. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
