package sensorium.op;

/** Scalar special functions in double precision, for the reference kernels. */
final class MathFunctions {
    private MathFunctions() {}

    /**
     * The error function, to about 1e-15: a series without cancellation where it converges fast, else the continued fraction
     * of the complementary function (Abramowitz and Stegun 7.1.6 and 7.1.14, evaluated by Lentz's method).
     */
    static double erf(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        double a = Math.abs(x);
        if (a > 6) {
            return Math.signum(x);
        }
        if (a < 2.5) {
            double term = x;
            double sum = x;
            for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
                term *= 2 * x * x / (2 * n + 1);
                sum += term;
            }
            return sum * 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);
        }
        double f = a;
        double c = a;
        double d = 0;
        for (int n = 1; n < 200; n++) {
            double an = n / 2.0;
            d = 1 / (a + an * d);
            c = a + an / c;
            double delta = c * d;
            f *= delta;
            if (Math.abs(delta - 1) < 1e-16) {
                break;
            }
        }
        return Math.signum(x) * (1 - Math.exp(-a * a) / (f * Math.sqrt(Math.PI)));
    }
}
