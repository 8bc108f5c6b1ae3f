package dev.parley.discovery;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/** A line chart as SVG, which follows the reader's light or dark. */
final class Chart {

    private static final int WIDTH = 720;
    private static final int HEIGHT = 340;
    private static final int LEFT = 64;
    private static final int RIGHT = 180;
    private static final int TOP = 40;
    private static final int BOTTOM = 52;
    // Wong's colours, which also colour-blind readers tell apart.
    private static final String[] COLOURS = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

    private final String title;
    private final String acrossName;
    private final String upName;
    private final List<Line> lines = new ArrayList<>();
    private final List<Band> bands = new ArrayList<>();
    private double[] acrossTicks = {};
    private double[] upTicks = {};
    private String[] acrossLabels = {};
    private boolean logarithmic;

    private record Line(String name, double[][] points) {}

    private record Band(double from, double to, String name) {}

    Chart(String title, String acrossName, String upName) {
        this.title = title;
        this.acrossName = acrossName;
        this.upName = upName;
    }

    Chart across(double[] ticks, String... labels) {
        acrossTicks = ticks;
        acrossLabels = labels;
        return this;
    }

    Chart up(double... ticks) {
        upTicks = ticks;
        return this;
    }

    Chart logarithmic() {
        logarithmic = true;
        return this;
    }

    Chart line(String name, double[][] points) {
        lines.add(new Line(name, points));
        return this;
    }

    /** What is the case between two values across. */
    Chart band(double from, double to, String name) {
        bands.add(new Band(from, to, name));
        return this;
    }

    private double x(double value) {
        double first = acrossTicks[0];
        double last = acrossTicks[acrossTicks.length - 1];
        return LEFT + (value - first) / (last - first) * (WIDTH - LEFT - RIGHT);
    }

    private double y(double value) {
        DoubleUnaryOperator scale = logarithmic ? Math::log : each -> each;
        double first = scale.applyAsDouble(upTicks[0]);
        double last = scale.applyAsDouble(upTicks[upTicks.length - 1]);
        double at = Math.clamp((scale.applyAsDouble(value) - first) / (last - first), 0, 1);
        return HEIGHT - BOTTOM - at * (HEIGHT - TOP - BOTTOM);
    }

    private static String shown(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    String svg() {
        StringBuilder out = new StringBuilder();
        add(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">", WIDTH, HEIGHT);
        add(out, "<title>%s</title>", title);
        add(out, "<style>text { font: 12px sans-serif; fill: #222 } .paper { fill: #fff } .grid { stroke: #ddd }");
        add(out, ".band { fill: #8882 } .line { fill: none; stroke-width: 2 } .title { font-weight: bold }");
        add(
                out,
                "@media (prefers-color-scheme: dark) { text { fill: #ddd } .paper { fill: #0d1117 } .grid { stroke: #333 } }");
        add(out, "</style>");
        add(out, "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>");
        add(out, "<text class=\"title\" x=\"%d\" y=\"22\">%s</text>", LEFT, title);
        for (Band band : bands) {
            add(
                    out,
                    "<rect class=\"band\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                    x(band.from),
                    TOP,
                    x(band.to) - x(band.from),
                    HEIGHT - TOP - BOTTOM);
            add(out, "<text x=\"%.1f\" y=\"%d\">%s</text>", x(band.from) + 4, TOP + 14, band.name);
        }
        for (double tick : upTicks) {
            add(
                    out,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT,
                    WIDTH - RIGHT,
                    y(tick),
                    y(tick));
            add(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 8, y(tick) + 4, shown(tick));
        }
        for (int i = 0; i < acrossTicks.length; i++) {
            String label = acrossLabels.length == 0 ? shown(acrossTicks[i]) : acrossLabels[i];
            add(
                    out,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x(acrossTicks[i]),
                    HEIGHT - BOTTOM + 18,
                    label);
        }
        add(
                out,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                (LEFT + WIDTH - RIGHT) / 2,
                HEIGHT - 12,
                acrossName);
        add(
                out,
                "<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2,
                upName);
        for (int i = 0; i < lines.size(); i++) {
            StringBuilder points = new StringBuilder();
            for (double[] point : lines.get(i).points) {
                points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point[0]), y(point[1])));
            }
            String colour = COLOURS[i % COLOURS.length];
            add(
                    out,
                    "<polyline class=\"line\" stroke=\"%s\" points=\"%s\"/>",
                    colour,
                    points.toString().strip());
            int at = TOP + 12 + 20 * i;
            add(
                    out,
                    "<line class=\"line\" stroke=\"%s\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>",
                    colour,
                    WIDTH - RIGHT + 12,
                    WIDTH - RIGHT + 32,
                    at,
                    at);
            add(out, "<text x=\"%d\" y=\"%d\">%s</text>", WIDTH - RIGHT + 38, at + 4, lines.get(i).name);
        }
        return out.append("</svg>\n").toString();
    }

    private static void add(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
