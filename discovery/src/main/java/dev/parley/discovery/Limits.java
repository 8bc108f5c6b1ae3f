package dev.parley.discovery;

import dev.parley.CallException;
import dev.parley.Code;

/** What one registry object is asked for at most. */
final class Limits {

    /** Services that are followed at a time. */
    static final int MOST_SERVICES = 10_000;

    /** Instances that are registered at a time. */
    static final int MOST_REGISTRATIONS = 10_000;

    private static final int MOST_NAME = 255;

    private Limits() {}

    static CallException exceeded(int limit, String of) {
        return new CallException(Code.RESOURCE_EXHAUSTED, "no more than " + limit + ' ' + of + " at a time");
    }

    /** A name as registries take them; a slash divides a namespace from it where there is one. */
    static void checkName(String service) {
        boolean bad = service.isEmpty() || service.length() > MOST_NAME;
        for (int i = 0; i < service.length() && !bad; i++) {
            bad = service.charAt(i) <= ' ' || service.charAt(i) == 0x7f;
        }
        if (bad) {
            throw new IllegalArgumentException("a service's name must be 1 to " + MOST_NAME
                    + " characters without spaces and control characters, but is \""
                    + service.substring(0, Math.min(service.length(), MOST_NAME + 1)) + '"');
        }
    }
}
