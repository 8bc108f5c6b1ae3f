package dev.parley.registry;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as Go writes them, and with it Consul: {@code 10s}, {@code 1m30s}, {@code 1.5h}, {@code 250ms}. */
final class GoDuration {

    private static final Pattern PART =
            Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{0,9})?|\\.[0-9]{1,9})(ns|us|\u00b5s|ms|s|m|h)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "\u00b5s", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L);
    private static final BigDecimal MOST =
            BigDecimal.valueOf(Duration.ofDays(365).toNanos());

    private GoDuration() {}

    /** Empty if it is none, or longer than a year. */
    static Optional<Duration> parse(String text) {
        if (text.equals("0")) {
            return Optional.of(Duration.ZERO);
        }
        if (text.length() > 64) {
            return Optional.empty();
        }
        Matcher part = PART.matcher(text);
        BigDecimal nanos = BigDecimal.ZERO;
        int at = 0;
        while (at < text.length()) {
            part.region(at, text.length());
            if (!part.lookingAt()) {
                return Optional.empty();
            }
            String number = part.group(1);
            nanos = nanos.add(new BigDecimal(number.endsWith(".") ? number + '0' : number)
                    .multiply(BigDecimal.valueOf(NANOS.getOrDefault(part.group(2), 0L))));
            at = part.end();
        }
        return text.isEmpty() || nanos.compareTo(MOST) > 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(nanos.longValue()));
    }

    /** As Go prints it. */
    static String print(Duration time) {
        if (time.isZero()) {
            return "0s";
        }
        if (time.toMillis() < 1000) {
            return time.toNanos() % 1_000_000 == 0 ? time.toMillis() + "ms" : time.toNanos() + "ns";
        }
        StringBuilder text = new StringBuilder();
        if (time.toHours() > 0) {
            text.append(time.toHours()).append('h');
        }
        if (time.toMinutes() > 0) {
            text.append(time.toMinutesPart()).append('m');
        }
        BigDecimal seconds = BigDecimal.valueOf(time.toSecondsPart())
                .add(BigDecimal.valueOf(time.toNanosPart(), 9))
                .stripTrailingZeros();
        return text.append(seconds.toPlainString()).append('s').toString();
    }
}
