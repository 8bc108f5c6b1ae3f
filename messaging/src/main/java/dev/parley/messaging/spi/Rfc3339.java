package dev.parley.messaging.spi;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;

/**
 * Times as RFC 3339 writes them. The JDK's formatter takes a microsecond for each, which is a tenth of what a message costs; so the common
 * form, in UTC and of a year with four digits, is written and read by hand, and all others by the JDK.
 */
final class Rfc3339 {

    private static final long FIRST = LocalDate.of(0, 1, 1).toEpochDay() * 86_400;
    private static final long END = LocalDate.of(10_000, 1, 1).toEpochDay() * 86_400;
    private static final int SECONDS_LENGTH = "0000-00-00T00:00:00".length();

    private Rfc3339() {}

    /** As {@link DateTimeFormatter#ISO_INSTANT}: with 0, 3, 6 or 9 digits behind the point, and Z. */
    static String format(Instant time) {
        long second = time.getEpochSecond();
        if (second < FIRST || second >= END) {
            return DateTimeFormatter.ISO_INSTANT.format(time);
        }
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(second, 86_400L));
        int ofDay = (int) Math.floorMod(second, 86_400L);
        char[] text = new char[SECONDS_LENGTH + 11];
        put(text, 0, 4, date.getYear());
        text[4] = '-';
        put(text, 5, 2, date.getMonthValue());
        text[7] = '-';
        put(text, 8, 2, date.getDayOfMonth());
        text[10] = 'T';
        put(text, 11, 2, ofDay / 3600);
        text[13] = ':';
        put(text, 14, 2, ofDay / 60 % 60);
        text[16] = ':';
        put(text, 17, 2, ofDay % 60);
        int end = SECONDS_LENGTH;
        int nano = time.getNano();
        if (nano != 0) {
            int digits = nano % 1_000_000 == 0 ? 3 : nano % 1_000 == 0 ? 6 : 9;
            text[end] = '.';
            put(text, end + 1, digits, digits == 3 ? nano / 1_000_000 : digits == 6 ? nano / 1_000 : nano);
            end += 1 + digits;
        }
        text[end] = 'Z';
        return new String(text, 0, end + 1);
    }

    private static void put(char[] text, int from, int digits, int value) {
        int rest = value;
        for (int i = from + digits - 1; i >= from; i--) {
            text[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** @throws DateTimeException if it is no time with an offset */
    static Instant parse(String text) {
        int end = text.length() - 1;
        boolean common = end >= SECONDS_LENGTH
                && text.charAt(end) == 'Z'
                && text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && text.charAt(10) == 'T'
                && text.charAt(13) == ':'
                && text.charAt(16) == ':'
                && (end == SECONDS_LENGTH
                        || (text.charAt(SECONDS_LENGTH) == '.'
                                && end > SECONDS_LENGTH + 1
                                && end <= SECONDS_LENGTH + 10));
        if (!common) {
            return OffsetDateTime.parse(text).toInstant();
        }
        int hour = digits(text, 11, 13);
        int minute = digits(text, 14, 16);
        int second = digits(text, 17, 19);
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 7);
        int day = digits(text, 8, 10);
        int fraction = end == SECONDS_LENGTH ? 0 : digits(text, SECONDS_LENGTH + 1, end);
        if ((hour | minute | second | year | month | day | fraction) < 0 || hour > 23 || minute > 59 || second > 59) {
            return OffsetDateTime.parse(text).toInstant();
        }
        for (int i = end; i < SECONDS_LENGTH + 10; i++) {
            fraction *= 10;
        }
        long days = LocalDate.of(year, month, day).toEpochDay();
        return Instant.ofEpochSecond(((days * 24 + hour) * 60 + minute) * 60 + second, fraction);
    }

    /** Negative if something else is among them. */
    private static int digits(String text, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
