package sensorium.nn;

import sensorium.tensor.ShapeException;

/** Sines and cosines of many wavelengths, computed in double precision. */
final class Sinusoids {
    private Sinusoids() {}

    /** (length, width): row p is {@link #write} of position p. */
    static float[] table(int length, int width, double base) {
        float[] table = new float[length * width];
        for (int p = 0; p < length; p++) {
            write(table, p * width, width, p, base);
        }
        return table;
    }

    /** {@code width} numbers: {@code sin(position·base^(−2i/width))} for i below half the width, then the cosines. */
    static void write(float[] into, int at, int width, double position, double base) {
        if (width % 2 != 0) {
            throw new ShapeException("[sinusoids] a width of " + width + " does not split into sines and cosines");
        }
        int half = width / 2;
        for (int i = 0; i < half; i++) {
            double angle = position * StrictMath.pow(base, -(double) i / half);
            into[at + i] = (float) StrictMath.sin(angle);
            into[at + half + i] = (float) StrictMath.cos(angle);
        }
    }
}
