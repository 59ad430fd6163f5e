package sensorium.backend.reference;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import sensorium.backend.Operand;
import sensorium.op.Primitive;
import sensorium.tensor.DType;
import sensorium.tensor.Layout;

/** Many elements into few: the reduced axes are turned last, so that what belongs together lies together. */
final class ReductionKernels {
    private ReductionKernels() {}

    /** The same elements with {@code axes} moved to the end, their order kept. */
    private static Layout last(Layout layout, List<Integer> axes) {
        int rank = layout.shape().rank();
        int[] order = IntStream.concat(
                        IntStream.range(0, rank).filter(i -> !axes.contains(i)),
                        axes.stream().mapToInt(i -> i))
                .toArray();
        return layout.permute(order);
    }

    static void reduce(Primitive.Reduce op, Operand x, Operand y) {
        Layout rows = last(x.layout(), op.axes());
        int count = Elements.count(y);
        int n = 1;
        for (int axis : op.axes()) {
            n *= x.shape().dim(axis);
        }
        if (x.dtype().isFloat()) {
            double[] v = Elements.doubles(x, rows);
            double[] r = new double[count];
            for (int i = 0; i < count; i++) {
                r[i] = reduce(op.kind(), v, i * n, n);
            }
            Elements.store(r, y);
        } else {
            long[] v = Elements.longs(x, rows);
            long[] r = new long[count];
            for (int i = 0; i < count; i++) {
                r[i] = reduce(op.kind(), neutral(op.kind(), x.dtype()), v, i * n, n);
            }
            Elements.store(r, y);
        }
    }

    private static double reduce(Primitive.Reduce.Kind kind, double[] v, int from, int n) {
        double r = switch (kind) {
            case SUM, MEAN -> 0;
            case PROD -> 1;
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
        };
        for (int k = from; k < from + n; k++) {
            r = switch (kind) {
                case SUM, MEAN -> r + v[k];
                case PROD -> r * v[k];
                case MAX -> Math.max(r, v[k]);
                case MIN -> Math.min(r, v[k]);
            };
        }
        return kind == Primitive.Reduce.Kind.MEAN ? r / n : r;
    }

    private static long reduce(Primitive.Reduce.Kind kind, long neutral, long[] v, int from, int n) {
        LongStream row = Arrays.stream(v, from, from + n);
        return switch (kind) {
            case SUM -> row.sum();
            case MAX -> row.max().orElse(neutral);
            case MIN -> row.min().orElse(neutral);
            case MEAN, PROD -> throw new IllegalArgumentException("integers have no " + kind);
        };
    }

    /** The maximum or minimum of nothing: what every other value beats. */
    private static long neutral(Primitive.Reduce.Kind kind, DType type) {
        boolean max = kind == Primitive.Reduce.Kind.MAX;
        return switch (type) {
            case I64 -> max ? Long.MIN_VALUE : Long.MAX_VALUE;
            case I32 -> max ? Integer.MIN_VALUE : Integer.MAX_VALUE;
            case U8 -> max ? 0 : 255;
            default -> max ? 0 : 1;
        };
    }

    static void argReduce(Primitive.ArgReduce op, Operand x, Operand y) {
        int n = x.shape().dim(op.axis());
        Order order = Order.of(x, op.axis());
        long[] r = new long[Elements.count(y)];
        for (int i = 0; i < r.length; i++) {
            int best = 0;
            for (int k = 1; k < n; k++) {
                int c = order.compare(i * n + k, i * n + best);
                // NaN is the extreme in both directions.
                boolean better =
                        order.isNaN(i * n + best) ? false : order.isNaN(i * n + k) || (op.max() ? c > 0 : c < 0);
                best = better ? k : best;
            }
            r[i] = best;
        }
        Elements.store(r, y);
    }

    static void argSort(Primitive.ArgSort op, Operand x, Operand y) {
        int n = x.shape().dim(op.axis());
        Order order = Order.of(x, op.axis());
        long[] r = new long[Elements.count(y)];
        for (int i = 0; i < r.length; i += n) {
            int row = i;
            Comparator<Integer> ascending = (a, b) -> order.compare(row + a, row + b);
            Integer[] index = IntStream.range(0, n).boxed().toArray(Integer[]::new);
            Arrays.sort(index, op.descending() ? ascending.reversed() : ascending);
            for (int k = 0; k < n; k++) {
                r[i + k] = index[k];
            }
        }
        Elements.store(r, y, last(y.layout(), List.of(op.axis())));
    }

    /** How elements compare: by value, −0 equal to 0, NaN above everything. */
    private interface Order {
        int compare(int i, int j);

        boolean isNaN(int i);

        static Order of(Operand x, int axis) {
            Layout rows = last(x.layout(), List.of(axis));
            if (x.dtype().isFloat()) {
                double[] v = Elements.doubles(x, rows);
                return new Order() {
                    @Override
                    public int compare(int i, int j) {
                        return Double.compare(v[i] + 0.0, v[j] + 0.0);
                    }

                    @Override
                    public boolean isNaN(int i) {
                        return Double.isNaN(v[i]);
                    }
                };
            }
            long[] v = Elements.longs(x, rows);
            return new Order() {
                @Override
                public int compare(int i, int j) {
                    return Long.compare(v[i], v[j]);
                }

                @Override
                public boolean isNaN(int i) {
                    return false;
                }
            };
        }
    }

    static void cumSum(Primitive.CumSum op, Operand x, Operand y) {
        int n = x.shape().dim(op.axis());
        Layout rows = last(x.layout(), List.of(op.axis()));
        Layout target = last(y.layout(), List.of(op.axis()));
        int step = op.reverse() ? -1 : 1;
        if (x.dtype().isFloat()) {
            double[] v = Elements.doubles(x, rows);
            for (int i = 0; i < v.length; i += n) {
                int start = op.reverse() ? i + n - 1 : i;
                for (int k = 1; k < n; k++) {
                    v[start + k * step] += v[start + (k - 1) * step];
                }
            }
            Elements.store(v, y, target);
        } else {
            long[] v = Elements.longs(x, rows);
            for (int i = 0; i < v.length; i += n) {
                int start = op.reverse() ? i + n - 1 : i;
                for (int k = 1; k < n; k++) {
                    v[start + k * step] += v[start + (k - 1) * step];
                }
            }
            Elements.store(v, y, target);
        }
    }
}
