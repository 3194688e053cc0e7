// SPDX-License-Identifier: Apache-2.0
package io.thousandisland.benchmarks.scaling;

import io.thousandisland.benchmarks.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.stream.Collectors;

/** Curves over a logarithmic axis, drawn by hand in SVG. */
final class LineChart {

  private record Line(String name, String colour, NavigableMap<Integer, Double> points) {}

  private static final int WIDTH = 640;
  private static final int HEIGHT = 300;
  private static final int LEFT = 60;
  private static final int RIGHT = 150; // the names of the curves
  private static final int TOP = 40;
  private static final int BOTTOM = 45;
  private static final int MARGIN = 15; // between the ends of the axis and of the curves
  private static final int STEPS = 5;

  private final String title;
  private final String below;
  private final List<Line> lines = new ArrayList<>();
  private final StringBuilder svg = new StringBuilder();
  private double highest;

  LineChart(String title, String below) {
    this.title = title;
    this.below = below;
  }

  /** The first curve says which places are marked, and where the axis begins and ends. */
  LineChart line(String name, String colour, NavigableMap<Integer, Double> points) {
    lines.add(new Line(name, colour, points));
    return this;
  }

  String svg() {
    double most = 0;
    for (Line line : lines) {
      most = Math.max(most, line.points.values().stream().reduce(0.0, Math::max));
    }
    highest = STEPS * step(most / STEPS);
    text(10, 20, "start", "bold", title);
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, "middle", "normal", below);
    for (int i = 0; i <= STEPS; i++) {
      level(highest * i / STEPS);
    }
    for (int place : lines.getFirst().points.keySet()) {
      text(x(place), HEIGHT - BOTTOM + 16, "middle", "normal", Tables.count(place));
    }
    for (int i = 0; i < lines.size(); i++) {
      draw(lines.get(i), TOP + 20 * i);
    }
    return """
        <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %1$d %2$d' width='%1$d' height='%2$d' font-family='sans-serif' font-size='12'>
        <rect width='%1$d' height='%2$d' fill='white'/>
        %3$s</svg>
        """
        .formatted(WIDTH, HEIGHT, svg);
  }

  /** The least of 1, 2, 2.5, 5 and 10 times a power of ten that is not below {@code needed}. */
  private static double step(double needed) {
    double power = Math.pow(10, Math.floor(Math.log10(needed)));
    for (double factor : new double[] {1, 2, 2.5, 5}) {
      if (factor * power >= needed) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  private void level(double value) {
    svg.append(
        "<line x1='%d' x2='%d' y1='%3$d' y2='%3$d' stroke='#dee2e6'/>%n"
            .formatted(LEFT, WIDTH - RIGHT, y(value)));
    String number = Figure.number(value, highest < 10 ? 1 : 0);
    text(LEFT - 6, y(value) + 4, "end", "normal", number);
  }

  private void draw(Line line, int row) {
    line.points.forEach(
        (place, value) ->
            svg.append(
                "<circle cx='%d' cy='%d' r='3' fill='%s'/>%n"
                    .formatted(x(place), y(value), line.colour)));
    String corners =
        line.points.entrySet().stream()
            .map(point -> x(point.getKey()) + "," + y(point.getValue()))
            .collect(Collectors.joining(" "));
    svg.append(
        "<polyline points='%s' fill='none' stroke='%s' stroke-width='2'/>%n"
            .formatted(corners, line.colour));
    svg.append(
        "<rect x='%d' y='%d' width='12' height='4' fill='%s'/>%n"
            .formatted(WIDTH - RIGHT + 16, row, line.colour));
    text(WIDTH - RIGHT + 34, row + 6, "start", "normal", line.name);
  }

  private int x(int place) {
    NavigableMap<Integer, Double> axis = lines.getFirst().points;
    double first = Math.log(axis.firstKey());
    double share = (Math.log(place) - first) / (Math.log(axis.lastKey()) - first);
    return (int) (LEFT + MARGIN + share * (WIDTH - RIGHT - LEFT - 2 * MARGIN));
  }

  private int y(double value) {
    return (int) (HEIGHT - BOTTOM - value / highest * (HEIGHT - BOTTOM - TOP));
  }

  private void text(int x, int y, String anchor, String weight, String words) {
    svg.append(
        "<text x='%d' y='%d' text-anchor='%s' font-weight='%s'>%s</text>%n"
            .formatted(x, y, anchor, weight, words));
  }
}
