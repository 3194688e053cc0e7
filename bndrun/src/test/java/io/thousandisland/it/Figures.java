package io.thousandisland.it;

/**
 * What the clients of a load counted.
 *
 * @param lost questions without an answer and without a goodbye
 * @param closed busy connections that were closed, after a goodbye
 * @param dismissed visitors that were told goodbye
 * @param longestGap between two replies to one client, in nanoseconds
 */
record Figures(
    int updates,
    long connects,
    long refused,
    long replies,
    long lost,
    long closed,
    long dismissed,
    Latencies before,
    Latencies during,
    long longestGap) {

  Figures plus(Figures other) {
    var allBefore = new Latencies();
    allBefore.addAll(before);
    allBefore.addAll(other.before);
    var allDuring = new Latencies();
    allDuring.addAll(during);
    allDuring.addAll(other.during);
    return new Figures(
        updates + other.updates,
        connects + other.connects,
        refused + other.refused,
        replies + other.replies,
        lost + other.lost,
        closed + other.closed,
        dismissed + other.dismissed,
        allBefore,
        allDuring,
        Math.max(longestGap, other.longestGap));
  }

  @Override
  public String toString() {
    return ("updates %d, connects %d, refused %d, replies %d, lost %d, closed after goodbye %d,"
            + " visitors told goodbye %d, latency p50/p99 before %d/%d us, during %d/%d us,"
            + " longest gap %d ms")
        .formatted(
            updates,
            connects,
            refused,
            replies,
            lost,
            closed,
            dismissed,
            before.percentile(50),
            before.percentile(99),
            during.percentile(50),
            during.percentile(99),
            longestGap / 1_000_000);
  }
}
