package sensorium.nn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import sensorium.BadInputException;
import sensorium.tensor.DType;
import sensorium.tensor.Shape;
import sensorium.tensor.Tensor;

/**
 * A tensor that a model is given, and what is right for it.
 *
 * @param name in recordings: {@code input.} and what the reference library calls it, or a name of the model's own
 * @param below of whole numbers, what each is less than
 * @param needed whether the model cannot do without
 */
public record ModelInput(String name, Kind kind, List<Axis> axes, long below, boolean needed) {
    private static final String PREFIX = "input.";
    /** What else is in a recording. */
    private static final List<String> RECORDED = List.of(PREFIX, "trace.", "output.");

    /** What its elements are. */
    public enum Kind {
        /** F32. */
        NUMBERS,
        /** Of any whole type; the model is given I64. */
        WHOLE,
        /** Either. */
        EITHER
    }

    /**
     * The extent of an axis.
     *
     * @param symbol the same for axes of one extent, such as B; empty where that is fixed
     */
    public record Axis(String symbol, int least, int most) {
        /** So long. */
        public static Axis of(int extent) {
            return new Axis("", extent, extent);
        }

        /** Of any length, but as long as other axes of that symbol. */
        public static Axis any(String symbol) {
            return upTo(symbol, Integer.MAX_VALUE);
        }

        /** The same, of limited length. */
        public static Axis upTo(String symbol, int most) {
            return new Axis(symbol, 1, most);
        }

        private boolean admits(int extent, Map<String, Integer> known) {
            return extent >= least
                    && extent <= most
                    && (symbol.isEmpty() || known.computeIfAbsent(symbol, _ -> extent) == extent);
        }

        @Override
        public String toString() {
            return symbol.isEmpty() ? "" + least : most == Integer.MAX_VALUE ? symbol : symbol + "<=" + most;
        }
    }

    /** An F32 tensor. */
    public static ModelInput numbers(String name, Axis... axes) {
        return new ModelInput(name, Kind.NUMBERS, List.of(axes), 0, true);
    }

    /** Whole numbers from 0 to before {@code below}. */
    public static ModelInput ids(String name, long below, Axis... axes) {
        return new ModelInput(name, Kind.WHOLE, List.of(axes), below, true);
    }

    /** F32 or whole numbers. */
    public static ModelInput either(String name, Axis... axes) {
        return new ModelInput(name, Kind.EITHER, List.of(axes), 0, true);
    }

    /** Pictures (B, channels, height, width). */
    public static ModelInput pictures(String name, int channels, int height, int width) {
        return numbers(name, Axis.any("B"), Axis.of(channels), Axis.of(height), Axis.of(width));
    }

    /** Which tokens there are, 0 or 1. */
    public static ModelInput mask(String name, Axis... axes) {
        return ids(name, 2, axes).optional();
    }

    /** The same, which the model can do without. */
    public ModelInput optional() {
        return new ModelInput(name, kind, axes, below, false);
    }

    /** What it is called outside of recordings. */
    public String bareName() {
        return bare(name, PREFIX);
    }

    static String bare(String name, String prefix) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }

    @Override
    public String toString() {
        String shape = axes.stream().map(Axis::toString).collect(Collectors.joining(",", "(", ")"));
        String type = switch (kind) {
            case NUMBERS -> "F32";
            case WHOLE -> "I64";
            case EITHER -> "F32 or I64";
        };
        String range = kind == Kind.WHOLE ? " of 0 to " + (below - 1) : "";
        return bareName() + " " + type + " " + shape + range + (needed ? "" : " [optional]");
    }

    /**
     * The tensors of a file as what a model wants.
     *
     * @param given by bare names; or a recording, whose other values are passed over
     * @param source where they are from, for messages
     * @return by the names of recordings
     * @throws BadInputException if one is missing, left over, misshapen, of another type or out of its range
     */
    static Map<String, Tensor> match(List<ModelInput> wanted, Map<String, Tensor> given, String source) {
        boolean recording = given.keySet().stream().anyMatch(ModelInput::isRecorded);
        Map<String, Tensor> left = new LinkedHashMap<>(given);
        Map<String, Tensor> matched = new LinkedHashMap<>();
        Map<String, Integer> extents = new HashMap<>();
        List<String> missing = new ArrayList<>();
        for (ModelInput input : wanted) {
            Tensor value = left.remove(recording ? input.name : input.bareName());
            if (value != null) {
                matched.put(input.name, input.checked(value, extents, source, wanted));
            } else if (input.needed) {
                missing.add(input.bareName());
            }
        }
        if (!left.isEmpty() && !recording) {
            throw fault(source, "holds " + names(left.keySet()) + ", which the model does not take", wanted);
        }
        if (!missing.isEmpty() || matched.isEmpty()) {
            String what = missing.isEmpty() ? "nothing that the model takes" : "no " + names(missing);
            throw fault(source, "holds " + what, wanted);
        }
        return matched;
    }

    private static boolean isRecorded(String name) {
        return RECORDED.stream().anyMatch(name::startsWith);
    }

    /** Names come from a file, and may be many and long. */
    private static String names(Iterable<String> names) {
        String all = String.join(", ", names);
        return all.length() > 200 ? all.substring(0, 200) + "…" : all;
    }

    private Tensor checked(Tensor value, Map<String, Integer> extents, String source, List<ModelInput> wanted) {
        DType type = value.dtype();
        boolean whole = !type.isFloat();
        boolean right = switch (kind) {
            case NUMBERS -> type == DType.F32;
            case WHOLE -> whole;
            case EITHER -> whole || type == DType.F32;
        };
        if (!right) {
            throw fault(source, bareName() + " is " + type, wanted);
        }
        Shape shape = value.shape();
        boolean fits = shape.rank() == axes.size();
        for (int i = 0; fits && i < axes.size(); i++) {
            fits = axes.get(i).admits(shape.dim(i), extents);
        }
        if (!fits) {
            throw fault(source, bareName() + " is " + shape, wanted);
        }
        if (!whole) {
            return value;
        }
        Tensor ids = value.to(DType.I64);
        if (kind == Kind.WHOLE) {
            for (long id : ids.toLongs()) {
                if (id < 0 || id >= below) {
                    throw fault(source, bareName() + " holds " + id, wanted);
                }
            }
        }
        return ids;
    }

    private static BadInputException fault(String source, String what, List<ModelInput> wanted) {
        return new BadInputException(source + ": " + what + "; the model takes " + describe(wanted));
    }

    static String describe(List<ModelInput> wanted) {
        return wanted.stream().map(ModelInput::toString).collect(Collectors.joining(", "));
    }
}
