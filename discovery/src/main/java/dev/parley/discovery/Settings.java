package dev.parley.discovery;

import java.time.Duration;

/** Checks of settings; each message names the setting, its value and what was expected. */
final class Settings {

    private Settings() {}

    static void between(String setting, long value, long least, long most) {
        if (value < least || value > most) {
            throw wrong(setting, value, least, most);
        }
    }

    static void between(String setting, double value, double least, double most) {
        if (!(value >= least && value <= most)) { // so that NaN is refused
            throw wrong(setting, value, least, most);
        }
    }

    static void between(String setting, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw wrong(setting, value, least, most);
        }
    }

    private static IllegalArgumentException wrong(String setting, Object value, Object least, Object most) {
        return new IllegalArgumentException(
                setting + " must be between " + least + " and " + most + ", but is " + value);
    }
}
