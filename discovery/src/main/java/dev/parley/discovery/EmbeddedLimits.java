package dev.parley.discovery;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What one registration may hold. */
final class EmbeddedLimits {

    private EmbeddedLimits() {}

    static void check(EmbeddedService service, List<EmbeddedCheck> checks, EmbeddedRegistryOptions options) {
        many("Meta of service " + service.id(), service.meta().size(), options.maxMetadata(), "maxMetadata");
        many("Tags of service " + service.id(), service.tags().size(), options.maxMetadata(), "maxMetadata");
        many("Checks of service " + service.id(), checks.size(), options.maxChecks(), "maxChecks");
        service.meta().forEach((key, value) -> {
            length("a key in Meta of service " + service.id(), key, options);
            length("Meta." + HealthProbe.line(key, 50) + " of service " + service.id(), value, options);
        });
        service.tags().forEach(tag -> length("a tag of service " + service.id(), tag, options));
        Set<String> ids = new HashSet<>();
        for (EmbeddedCheck each : checks) {
            if (!ids.add(each.id())) {
                throw new IllegalArgumentException(
                        "service " + service.id() + " has two checks with CheckID \"" + each.id() + '"');
            }
        }
    }

    static void many(String what, int count, int most, String option) {
        if (count > most) {
            throw new IllegalArgumentException(
                    what + " must have at most " + most + " entries (" + option + "), but has " + count);
        }
    }

    private static void length(String what, String text, EmbeddedRegistryOptions options) {
        if (text.length() > options.maxMetadataChars()) {
            throw new IllegalArgumentException(what + " must have at most " + options.maxMetadataChars()
                    + " characters (maxMetadataChars), but has " + text.length());
        }
    }
}
