package dev.parley.rpc.internal.json;

import tools.jackson.core.TokenStreamContext;

/** Where a parser stands, such as {@code items[2].labels["a b"]}. */
final class JsonPath {

    private static final int LONGEST = 256;

    private JsonPath() {}

    static String of(TokenStreamContext context, String within) {
        StringBuilder path = new StringBuilder(within);
        append(context, path);
        return path.length() > LONGEST ? path.substring(0, LONGEST) + "..." : path.toString();
    }

    private static void append(TokenStreamContext context, StringBuilder path) {
        TokenStreamContext parent = context.getParent();
        if (parent != null) {
            append(parent, path);
        }
        if (context.inArray()) {
            if (context.hasCurrentIndex()) {
                path.append('[').append(context.getCurrentIndex()).append(']');
            }
        } else if (context.inObject() && context.hasCurrentName()) {
            String name = context.currentName();
            if (!isPlain(name)) {
                path.append('[').append(Shown.quoted(name)).append(']');
            } else if (path.isEmpty()) {
                path.append(name);
            } else {
                path.append('.').append(name);
            }
        }
    }

    private static boolean isPlain(String name) {
        if (name.isEmpty() || name.length() > Shown.MOST || Character.isDigit(name.charAt(0))) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain = c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (!plain) {
                return false;
            }
        }
        return true;
    }
}
