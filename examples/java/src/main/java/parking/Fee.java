package parking;

/** What parking costs. */
public final class Fee {
    private Fee() {}

    /**
     * The fee in cents: the first quarter of an hour is free, then each hour that was begun costs two euros, and a day
     * never more than sixteen.
     */
    public static int of(int minutes) {
        if (minutes < 0) {
            throw new IllegalArgumentException("nobody leaves before they came");
        }
        if (minutes <= 15) {
            return 0;
        }
        int hours = (minutes + 59) / 60;
        return Math.min(hours * 200, 1600);
    }

    /** Whether a ticket that was paid lets a car out: there are ten minutes to reach the barrier. */
    public static boolean opens(int minutesSincePaid) {
        return minutesSincePaid >= 0 && minutesSincePaid <= 10;
    }
}
