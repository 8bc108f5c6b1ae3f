package dev.parley.tck.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.messaging.Capability;
import dev.parley.messaging.Disposition;
import dev.parley.messaging.StartFrom;
import dev.parley.messaging.Subscription;
import dev.parley.messaging.Topic;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Groups that begin in the past, and those of patterns. */
abstract class ReplayPart extends ContentPart {

    private Seen<String> replayed(Topic<String> topic, String group, StartFrom start) throws Exception {
        Seen<String> seen = Seen.acking();
        subscribe(topic, group, seen, oneByOne().withStart(start));
        return seen;
    }

    @Test
    final void aNewGroupCanBeginInThePast() throws Exception {
        needs(Capability.REPLAY);
        Topic<String> topic = Topic.text(fresh("replay"));
        // One key, so that what has partitions has all in one, in the order of publication.
        Seen<String> live = Seen.acking();
        subscribe(
                topic, "live", live, has(Capability.ORDERED_BY_KEY) ? options().orderedByKey() : options());
        publishKeyed(topic, numbered("a", 10));
        awaitDistinct(live, 10);
        Instant between = Instant.now().plusMillis(20);
        await("the clock has moved on", () -> Instant.now().isAfter(between.plusMillis(20)));
        publishKeyed(topic, numbered("b", 10));
        awaitDistinct(live, 20);

        Seen<String> earliest = replayed(topic, "earliest", StartFrom.earliest());
        awaitDistinct(earliest, 20);
        assertThat(earliest.all()).extracting(each -> each.message().id()).doesNotHaveDuplicates();
        assertThat(earliest.all()).allMatch(each -> each.attempt() == 1);

        String position = live.of("a6").getFirst().position();
        Seen<String> positioned = replayed(topic, "position", new StartFrom.Position(position));
        awaitDistinct(positioned, 15);
        assertThat(positioned.payloads()).contains("a6").doesNotContain(numbered("a", 5));

        Seen<String> timed = replayed(topic, "time", new StartFrom.Time(between));
        awaitDistinct(timed, 10);
        Seen<String> latest = replayed(topic, "latest", StartFrom.latest());
        // All go on with what comes.
        publishKeyed(topic, "c1");
        for (Seen<String> each : List.of(earliest, positioned, timed, latest)) {
            each.await("what came later", patience(), all -> !each.of("c1").isEmpty());
        }
        assertThat(earliest.distinct()).isEqualTo(21);
        assertThat(positioned.distinct()).isEqualTo(16);
        assertThat(timed.payloads()).doesNotContain(numbered("a", 10));
        assertThat(timed.distinct()).isEqualTo(11);
        assertThat(latest.payloads()).containsExactly("c1");
    }

    private void publishKeyed(Topic<String> topic, String... texts) throws Exception {
        broker().publishAll(
                        topic,
                        messages(topic, List.of(texts)).stream()
                                .map(each -> each.withKey("key"))
                                .toList());
    }

    @Test
    final void replayDisturbsNobody() throws Exception {
        needs(Capability.REPLAY);
        Topic<String> topic = Topic.text(fresh("undisturbed"));
        Seen<String> first = Seen.acking();
        Subscription subscription = subscribe(topic, "group", first);
        publish(topic, numbered("m", 5));
        awaitDistinct(first, 5);
        await("5 acknowledged", () -> subscription.snapshot().acked() == 5);
        awaitDistinct(replayed(topic, "again", StartFrom.earliest()), 5);
        subscription.close();
        // A group that is known goes on where it was, whatever is said.
        Seen<String> known = replayed(topic, "group", StartFrom.earliest());
        publish(topic, "marker");
        known.await("the marker", patience(), all -> known.payloads().contains("marker"));
        assertThat(known.payloads()).containsExactly("marker");
        assertThat(first.all()).hasSize(5);
    }

    @Test
    final void patternsTakeTheTopicsThatTheyMatch() throws Exception {
        needs(Capability.PATTERNS);
        String root = fresh("pattern");
        List<String> topics =
                List.of(root, root + ".a", root + ".b", root + ".a.x", root + ".b.x", root + ".a.b.x", root + "x.a");
        Seen<String> star = pattern(root + ".*");
        Seen<String> middle = pattern(root + ".*.x");
        Seen<String> hash = pattern(root + ".#");
        Seen<String> end = pattern(root + ".#.x");
        Seen<String> plain = pattern(root + ".a");
        for (String each : topics) {
            publish(Topic.text(each), each);
        }
        expect(star, root + ".a", root + ".b");
        expect(middle, root + ".a.x", root + ".b.x");
        expect(hash, root, root + ".a", root + ".b", root + ".a.x", root + ".b.x", root + ".a.b.x");
        expect(end, root + ".a.x", root + ".b.x", root + ".a.b.x");
        expect(plain, root + ".a");
    }

    private Seen<String> pattern(String pattern) throws Exception {
        Seen<String> seen = Seen.acking();
        subscribe(Topic.text(pattern), "group", seen, oneByOne());
        return seen;
    }

    private void expect(Seen<String> seen, String... topics) throws Exception {
        awaitDistinct(seen, topics.length);
        assertThat(seen.payloads()).containsExactlyInAnyOrder(topics);
        assertThat(seen.all()).allMatch(each -> each.topic().equals(each.payload()));
    }

    @Test
    final void aGroupOfAPatternHasDeadLettersAndRetriesToo() throws Exception {
        needs(Capability.PATTERNS);
        String root = fresh("wild");
        Topic<String> pattern = Topic.text(root + ".*");
        Seen<String> seen = Seen.of(
                (call, delivery) -> delivery.attempt() == 1 ? Disposition.retry("once") : Disposition.reject("twice"));
        subscribe(pattern, "group", seen);
        publish(Topic.text(root + ".a"), "one");
        var letter = awaitLetters(removed(pattern.name(), "group"), 1).getFirst();
        assertThat(letter.topic()).isEqualTo(root + ".a");
        assertThat(seen.all()).allMatch(each -> each.topic().equals(root + ".a"));
        assertThat(broker().deadLetters(removed(pattern.name(), "group")).redriveAll())
                .isEqualTo(1);
        seen.await("twice again", patience(), all -> all.size() >= 4);
        assertThat(seen.all()).allMatch(each -> each.topic().equals(root + ".a"));
    }
}
