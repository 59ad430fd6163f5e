package sensorium.vision;

import java.util.Arrays;
import sensorium.random.Philox;

/**
 * Varied pictures for training and evaluation: a picture of the bank is warped, recoloured and laid over a background,
 * straight into a square {@code (3, side, side)} of floats 0..1 (R, G, B). Every random number is keyed by (seed, key,
 * picture): the same three give the same floats on any thread, in any order.
 */
public final class PictureAugment {
    private final PictureBank bank;
    private final int side;
    private final Augmentation how;
    private final long seed;

    /** What was drawn: {@code weight} of the picture asked for and the rest, if any, of {@code partner}. */
    public record Drawn(int partner, float weight) {}

    public PictureAugment(PictureBank bank, int side, Augmentation how, long seed) {
        if (side < 1 || side > 4096) {
            throw new IllegalArgumentException("[augment] a canvas of %d pixels: need 1 to 4096".formatted(side));
        }
        this.bank = bank;
        this.side = side;
        this.how = how;
        this.seed = seed;
    }

    /** How many floats one drawn picture takes. */
    public int length() {
        return 3 * side * side;
    }

    /**
     * Draws one variation.
     *
     * @param picture its number in the bank
     * @param key which variation: for example the step, or the epoch
     * @param out receives {@link #length()} floats, {@code (3, side, side)}, from {@code offset} on
     */
    public Drawn draw(int picture, long key, float[] out, int offset) {
        return draw(picture, picture, key, out, offset);
    }

    /**
     * Draws the variation that another picture would have, where it is of the same size: what the frames of a film need.
     *
     * @param as the other picture's number
     */
    Drawn draw(int picture, int as, long key, float[] out, int offset) {
        var random = new Draws(Philox.keyed(seed, key, as));
        paint(picture, random, out, offset);
        var drawn = new Drawn(picture, 1);
        if (random.chance(how.mix())) {
            var other = new float[length()];
            drawn = new Drawn(random.below(bank.size()), (float) random.between(0.5, 1));
            paint(drawn.partner, random, other, 0);
            for (int i = 0; i < other.length; i++) {
                out[offset + i] = drawn.weight * out[offset + i] + (1 - drawn.weight) * other[i];
            }
        }
        damage(random, out, offset);
        return drawn;
    }

    /** The numbers of one stream, one after the other. */
    private static final class Draws {
        private final Philox philox;
        private long next;

        Draws(Philox philox) {
            this.philox = philox;
        }

        double between(double low, double high) {
            return philox.uniform(next++, low, high);
        }

        boolean chance(double probability) {
            return philox.uniform(next++) < probability;
        }

        int below(int bound) {
            return philox.below(next++, bound);
        }

        float unit() {
            return philox.uniform(next++);
        }

        float[] colour() {
            return new float[] {unit(), unit(), unit()};
        }

        /** Nearly normal, mean 0, variance 1, cheaply: a sum of four bytes (Irwin and Hall). */
        float nearlyNormal() {
            int b = philox.bits(next++);
            int sum = (b & 0xFF) + (b >> 8 & 0xFF) + (b >> 16 & 0xFF) + (b >>> 24);
            return (sum - 510) * (1 / 147.8f); // sqrt(4 (256² - 1) / 12)
        }
    }

    private void paint(int picture, Draws random, float[] out, int offset) {
        var place = how.place();
        double scale = random.between(place.scaleLow(), place.scaleHigh());
        PictureBank.Level level = bank.level(picture, scale * side);
        double stretch = 1 + random.between(0, place.aspect());
        double aspect = StrictMath.sqrt(random.chance(0.5) ? stretch : 1 / stretch);
        double width = scale * side * level.width() / level.longer() * aspect; // in canvas pixels
        double height = scale * side * level.height() / level.longer() / aspect;
        double centerX = side / 2.0 + (side - width) / 2 * place.shift() * random.between(-1, 1);
        double centerY = side / 2.0 + (side - height) / 2 * place.shift() * random.between(-1, 1);
        double angle = StrictMath.toRadians(random.between(-place.rotation(), place.rotation()));
        double mirror = random.chance(place.flip()) ? -1 : 1;
        float[] colour = colourMatrix(random);
        backdrop(random, out, offset);

        // Canvas → picture: turn back, then scale to the level's pixels, whose centres are whole numbers from 1 on.
        double cos = StrictMath.cos(angle);
        double sin = StrictMath.sin(angle);
        double perX = mirror * level.width() / width;
        double perY = level.height() / height;
        float ux = (float) (cos * perX);
        float uy = (float) (sin * perX);
        float vx = (float) (-sin * perY);
        float vy = (float) (cos * perY);
        float u0 = (float) (level.width() / 2.0 + 0.5 + (0.5 - centerX) * ux + (0.5 - centerY) * uy);
        float v0 = (float) (level.height() / 2.0 + 0.5 + (0.5 - centerX) * vx + (0.5 - centerY) * vy);
        lay(level, new float[] {u0, ux, uy, v0, vx, vy}, colour, out, offset);
    }

    /** Samples the level bilinearly under the affine map, and lays it over what {@code out} holds. */
    private void lay(PictureBank.Level level, float[] map, float[] m, float[] out, int offset) {
        byte[] rgba = level.rgba();
        int row = (level.width() + 2) * 4;
        float right = level.width() + 1;
        float bottom = level.height() + 1;
        int plane = side * side;
        for (int y = 0, at = offset; y < side; y++) {
            float u = map[0] + y * map[2];
            float v = map[3] + y * map[5];
            for (int x = 0; x < side; x++, at++, u += map[1], v += map[4]) {
                if (u <= 0 || v <= 0 || u >= right || v >= bottom) {
                    continue;
                }
                int column = (int) u;
                int line = (int) v;
                int from = line * row + column * 4;
                float fu = u - column;
                float fv = v - line;
                float w11 = fu * fv * (1 / 255f);
                float w10 = fv * (1 / 255f) - w11;
                float w01 = fu * (1 / 255f) - w11;
                float w00 = 1 / 255f - w01 - w10 - w11;
                float a = Math.min(tap(rgba, from + 3, row, w00, w01, w10, w11), 1);
                if (a <= 0) {
                    continue;
                }
                float r = tap(rgba, from, row, w00, w01, w10, w11);
                float g = tap(rgba, from + 1, row, w00, w01, w10, w11);
                float b = tap(rgba, from + 2, row, w00, w01, w10, w11);
                float through = 1 - a;
                out[at] = clip(m[0] * r + m[1] * g + m[2] * b, a) + through * out[at];
                out[at + plane] = clip(m[3] * r + m[4] * g + m[5] * b, a) + through * out[at + plane];
                out[at + 2 * plane] = clip(m[6] * r + m[7] * g + m[8] * b, a) + through * out[at + 2 * plane];
            }
        }
    }

    private static float tap(byte[] rgba, int at, int row, float w00, float w01, float w10, float w11) {
        return (rgba[at] & 0xFF) * w00
                + (rgba[at + 4] & 0xFF) * w01
                + (rgba[at + row] & 0xFF) * w10
                + (rgba[at + row + 4] & 0xFF) * w11;
    }

    private static float clip(float value, float most) {
        return Math.clamp(value, 0, most);
    }

    /**
     * Hue, saturation and brightness as one 3x3 matrix. Linear, so it may be applied to premultiplied colours; luma is
     * kept (the hueRotate and saturate matrices of SVG's feColorMatrix).
     */
    private float[] colourMatrix(Draws random) {
        var colour = how.colour();
        double hue = StrictMath.toRadians(random.between(-colour.hue(), colour.hue()));
        double saturation = Math.max(0, 1 + random.between(-colour.saturation(), colour.saturation()));
        double brightness = Math.max(0, 1 + random.between(-colour.brightness(), colour.brightness()));
        if (random.chance(colour.grey())) {
            saturation = 0;
        }
        double c = StrictMath.cos(hue) * saturation;
        double s = StrictMath.sin(hue) * saturation;
        double[] luma = {0.213, 0.715, 0.072};
        double[][] turn = {{-0.213, -0.715, 0.928}, {0.143, 0.140, -0.283}, {-0.787, 0.715, 0.072}};
        var matrix = new float[9];
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double chroma = (i == j ? 1 : 0) - luma[j];
                matrix[i * 3 + j] = (float) (brightness * (luma[j] + c * chroma + s * turn[i][j]));
            }
        }
        return matrix;
    }

    private void backdrop(Draws random, float[] out, int offset) {
        var background = how.background();
        double kind = random.unit();
        if (kind < background.plain()) {
            float[] colour = random.colour();
            for (int c = 0; c < 3; c++) {
                Arrays.fill(out, offset + c * side * side, offset + (c + 1) * side * side, colour[c]);
            }
        } else if (kind < background.plain() + background.gradient()) {
            gradient(random, out, offset);
        } else if (kind < background.plain() + background.gradient() + background.noise()) {
            smoothNoise(random, out, offset);
        } else {
            Arrays.fill(out, offset, offset + length(), (float) background.grey());
        }
    }

    private void gradient(Draws random, float[] out, int offset) {
        float[] from = random.colour();
        float[] to = random.colour();
        double angle = random.between(0, 2 * Math.PI);
        double cos = StrictMath.cos(angle);
        double sin = StrictMath.sin(angle);
        double reach = Math.abs(cos) + Math.abs(sin); // of the square's corners, from its middle
        float stepX = (float) (cos / reach / side);
        float stepY = (float) (sin / reach / side);
        for (int c = 0, at = offset; c < 3; c++) {
            float slope = to[c] - from[c];
            for (int y = 0; y < side; y++) {
                float t = 0.5f + (y + 0.5f - side / 2f) * stepY + (0.5f - side / 2f) * stepX;
                for (int x = 0; x < side; x++, t += stepX) {
                    out[at++] = from[c] + slope * t;
                }
            }
        }
    }

    /** Value noise: random colours on a grid of 3 to 6 cells a side, blended smoothly between its points. */
    private void smoothNoise(Draws random, float[] out, int offset) {
        int cells = 3 + random.below(4);
        var grid = new float[3 * (cells + 1) * (cells + 1)];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = random.unit();
        }
        var cell = new int[side];
        var blend = new float[side];
        for (int x = 0; x < side; x++) {
            float p = (x + 0.5f) * cells / side;
            cell[x] = (int) p;
            float f = p - cell[x];
            blend[x] = f * f * (3 - 2 * f);
        }
        for (int c = 0, at = offset; c < 3; c++) {
            for (int y = 0; y < side; y++) {
                int top = (c * (cells + 1) + cell[y]) * (cells + 1);
                for (int x = 0; x < side; x++) {
                    int i = top + cell[x];
                    int j = i + cells + 1;
                    float above = grid[i] + blend[x] * (grid[i + 1] - grid[i]);
                    float below = grid[j] + blend[x] * (grid[j + 1] - grid[j]);
                    out[at++] = above + blend[y] * (below - above);
                }
            }
        }
    }

    private void damage(Draws random, float[] out, int offset) {
        var damage = how.damage();
        if (random.chance(damage.blur())) {
            for (int i = 0; i < 3 * side; i++) {
                blur(out, offset + i * side, 1);
            }
            for (int i = 0; i < 3 * side; i++) {
                blur(out, offset + i / side * side * side + i % side, side);
            }
        }
        if (damage.noise() > 0) {
            float strength = (float) random.between(0, damage.noise());
            for (int i = offset; i < offset + length(); i++) {
                out[i] = Math.clamp(out[i] + strength * random.nearlyNormal(), 0f, 1f);
            }
        }
        if (random.chance(damage.cutout())) {
            int hole = Math.clamp(Math.round(side * random.between(0, damage.cutoutSide())), 1, side);
            int left = random.below(side - hole + 1);
            int top = random.below(side - hole + 1);
            float[] colour = random.colour();
            for (int i = 0; i < 3 * hole; i++) {
                int from = offset + (i / hole * side + top + i % hole) * side + left;
                Arrays.fill(out, from, from + hole, colour[i / hole]);
            }
        }
    }

    /** (1 2 1) / 4 along one line, its ends repeated. */
    private void blur(float[] out, int from, int step) {
        float before = out[from];
        for (int i = 0, at = from; i < side; i++, at += step) {
            float here = out[at];
            float after = i + 1 < side ? out[at + step] : here;
            out[at] = 0.25f * before + 0.5f * here + 0.25f * after;
            before = here;
        }
    }
}
