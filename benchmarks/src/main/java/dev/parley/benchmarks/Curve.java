package dev.parley.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A drawing of lines over a common axis, in SVG; both axes begin at zero. */
final class Curve {

    private static final int WIDTH = 640;
    private static final int HEIGHT = 360;
    private static final int LEFT = 60;
    private static final int RIGHT = 150;
    private static final int TOP = 20;
    private static final int BOTTOM = 50;

    private record Line(String title, String colour, double[] x, double[] y) {}

    private final String yTitle;
    private final String xTitle;
    private final List<Line> lines = new ArrayList<>();

    Curve(String yTitle, String xTitle) {
        this.yTitle = yTitle;
        this.xTitle = xTitle;
    }

    Curve line(String title, String colour, double[] x, double[] y) {
        lines.add(new Line(title, colour, x, y));
        return this;
    }

    String svg() {
        double mostX = most(lines.stream()
                .flatMapToDouble(line -> Arrays.stream(line.x))
                .max()
                .orElse(1));
        double mostY = most(lines.stream()
                .flatMapToDouble(line -> Arrays.stream(line.y))
                .max()
                .orElse(1));
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">\n"
                        .formatted(WIDTH, HEIGHT));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n");
        for (int i = 0; i <= 5; i++) {
            grid(svg, mostX * i / 5, mostY * i / 5, mostX, mostY);
        }
        text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", xTitle);
        svg.append("<text transform=\"translate(16 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>\n"
                .formatted((TOP + HEIGHT - BOTTOM) / 2, yTitle));
        for (Line line : lines) {
            draw(svg, line, mostX, mostY);
        }
        return svg.append("</svg>\n").toString();
    }

    /** The next value that is a half of a whole number. */
    private static double most(double value) {
        return Math.max(0.5, Math.ceil(value * 2) / 2);
    }

    private static double x(double value, double most) {
        return LEFT + value / most * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double most) {
        return HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM);
    }

    private static void grid(StringBuilder svg, double atX, double atY, double mostX, double mostY) {
        String line = "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n";
        svg.append(String.format(Locale.ROOT, line, x(0, mostX), y(atY, mostY), x(mostX, mostX), y(atY, mostY)));
        svg.append(String.format(Locale.ROOT, line, x(atX, mostX), y(0, mostY), x(atX, mostX), y(mostY, mostY)));
        text(svg, LEFT - 8, y(atY, mostY) + 4, "end", String.format(Locale.ROOT, "%.1f", atY));
        text(svg, x(atX, mostX), HEIGHT - BOTTOM + 18, "middle", String.format(Locale.ROOT, "%.1f", atX));
    }

    private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
    }

    private static void draw(StringBuilder svg, Line line, double mostX, double mostY) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < line.x.length; i++) {
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(line.x[i], mostX), y(line.y[i], mostY)));
        }
        svg.append("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>\n"
                .formatted(line.colour, points.toString().strip()));
        int last = line.x.length - 1;
        text(svg, x(line.x[last], mostX) + 8, y(line.y[last], mostY) + 4, "start", line.title);
    }
}
