package dev.parley.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 5s}, {@code 500ms}, {@code 2m}, {@code 1h}; a bare number is seconds. */
final class Durations implements ITypeConverter<Duration> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|s|m|h)?");

    @Override
    public Duration convert(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException("'" + text + "' is no time; expected one such as 5s, 500ms, 2m or 1h");
        }
        String unit = form.group(2) == null ? "s" : form.group(2);
        long nanos = switch (unit) {
            case "ms" -> 1_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 1_000_000_000L;
        };
        Duration time;
        try {
            time = Duration.ofNanos(new BigDecimal(form.group(1))
                    .multiply(BigDecimal.valueOf(nanos))
                    .longValueExact());
        } catch (ArithmeticException e) {
            throw new TypeConversionException("'" + text + "' is too long a time, or finer than a nanosecond");
        }
        if (time.isZero()) {
            throw new TypeConversionException("'" + text + "' leaves no time; expected more than 0");
        }
        return time;
    }
}
