package dev.parley.cli;

/** Makes text of strangers safe to show. */
final class Plain {

    private Plain() {}

    /** {@code text} on one line, without control characters, which could steer a terminal. */
    static String line(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            plain.append(Character.isISOControl(c) ? ' ' : c);
        }
        return plain.toString().stripTrailing();
    }
}
