package dev.parley.examples.shop.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder of e-mails, as a customer sees it. */
record Mailbox(Path folder) {

    private static final String SUBJECT = "Subject: ";

    /** How many there are. */
    int size() {
        return files().size();
    }

    /** The subjects of those about an order. */
    List<String> subjects(String orderId) {
        return files().stream()
                .map(Mailbox::lines)
                .filter(lines -> lines.contains("X-Order: " + orderId))
                .map(lines -> lines.stream()
                        .filter(line -> line.startsWith(SUBJECT))
                        .map(line -> line.substring(SUBJECT.length()))
                        .findFirst()
                        .orElse(""))
                .toList();
    }

    /** The same, once there are so many. */
    List<String> await(String orderId, int count) throws InterruptedException {
        Town.await(
                "there are " + count + " e-mails about " + orderId,
                () -> subjects(orderId).size() >= count);
        return subjects(orderId);
    }

    private List<Path> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".eml")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
