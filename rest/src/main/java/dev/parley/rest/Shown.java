package dev.parley.rest;

/** A caller's value in a message for people: quoted, in one line, not long. */
final class Shown {

    private static final int MOST = 100;

    private Shown() {}

    static String quoted(String value) {
        StringBuilder shown = new StringBuilder(Math.min(value.length(), MOST) + 8).append('\'');
        int end = Math.min(value.length(), MOST);
        for (int i = 0; i < end; i++) {
            char c = value.charAt(i);
            shown.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        return shown.append(value.length() > MOST ? "...'" : "'").toString();
    }
}
