package dev.parley.rpc.internal.json;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code google.protobuf.FieldMask} as text: paths in camel case with commas between them. */
final class FieldMaskText {

    private FieldMaskText() {}

    static String write(List<?> paths) {
        StringBuilder text = new StringBuilder();
        for (Object each : paths) {
            String path = (String) each;
            if (path.isEmpty()) {
                continue; // names nothing
            }
            if (!text.isEmpty()) {
                text.append(',');
            }
            for (int i = 0; i < path.length(); i++) {
                char c = path.charAt(i);
                if (c == '_') {
                    i++;
                    c = i < path.length() ? path.charAt(i) : 'A';
                    if (c < 'a' || c > 'z') {
                        throw noWayBack(path);
                    }
                    c = Character.toUpperCase(c);
                } else if ((c >= 'A' && c <= 'Z') || c == ',') {
                    throw noWayBack(path);
                }
                text.append(c);
            }
        }
        return text.toString();
    }

    private static UnwritableException noWayBack(String path) {
        return new UnwritableException("the path " + Shown.quoted(path)
                + " of a google.protobuf.FieldMask could not be read back from camel case");
    }

    /** The paths; null if one has an underscore, which camel case has not. */
    static @Nullable List<String> read(String text) {
        List<String> paths = new ArrayList<>();
        StringBuilder path = new StringBuilder();
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ',';
            if (c == ',') {
                if (!path.isEmpty()) {
                    paths.add(path.toString());
                    path.setLength(0);
                }
            } else if (c == '_') {
                return null;
            } else if (c >= 'A' && c <= 'Z') {
                path.append('_').append(Character.toLowerCase(c));
            } else {
                path.append(c);
            }
        }
        return paths;
    }
}
