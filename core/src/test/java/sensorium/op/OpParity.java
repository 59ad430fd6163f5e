package sensorium.op;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import sensorium.autograd.Tape;
import sensorium.backend.Backend;
import sensorium.backend.Backends;
import sensorium.io.Safetensors;
import sensorium.memory.Scope;
import sensorium.op.Primitive.Window;
import sensorium.tensor.DType;
import sensorium.tensor.Movement.PadMode;
import sensorium.tensor.Resampling;
import sensorium.tensor.Tensor;

/** Results and gradients of another framework ({@code models/ops} of the fixtures). Subclasses name the backend. */
public abstract class OpParity {
    /** Cases of ops that this module does not have, and where they are tested. */
    private static final Map<String, String> ELSEWHERE = Map.ofEntries(
            Map.entry("cross_entropy", "nn"),
            Map.entry("bce_with_logits", "nn"),
            Map.entry("smooth_l1_loss", "nn"),
            Map.entry("kl_div", "nn"),
            Map.entry("cosine_similarity", "nn"),
            Map.entry("optimizer_sgd", "nn"),
            Map.entry("optimizer_adam", "nn"),
            Map.entry("optimizer_adamw", "nn"),
            Map.entry("optimizer_rmsprop", "nn"),
            Map.entry("optimizer_adagrad", "nn"),
            Map.entry("clip_grad_norm", "nn"),
            Map.entry("stft", "audio"),
            Map.entry("melscale_fbanks", "audio"),
            Map.entry("resample", "audio"),
            Map.entry("nms", "not written yet"),
            Map.entry("roi_align", "not written yet"));

    protected abstract Backend backend();

    /** One case of ops.json with its tensors. */
    private record Reference(String name, String op, Map<String, Object> attributes, Map<String, Tensor> in) {
        Tensor x() {
            return get("x");
        }

        Tensor get(String operand) {
            return in.get(operand);
        }

        double number(String key) {
            return (double) attributes.get(key);
        }

        int integer(String key) {
            return (int) number(key);
        }

        boolean flag(String key) {
            return attributes.get(key) == Boolean.TRUE;
        }

        int[] integers(String key) {
            return ((List<?>) attributes.get(key))
                    .stream().mapToInt(v -> (int) (double) v).toArray();
        }

        Window window() {
            int s = integer("stride");
            int p = integer("padding");
            int d = attributes.containsKey("dilation") ? integer("dilation") : 1;
            return new Window(s, s, p, p, d, d, attributes.containsKey("groups") ? integer("groups") : 1);
        }
    }

    /** The results by name; empty if the op is not here. */
    private static Optional<Map<String, Tensor>> run(Reference c) {
        if (c.op.equals("batch_norm")) {
            return Optional.of(batchNorm(c));
        }
        Tensor w = c.get("w");
        Tensor b = c.get("b");
        Tensor y = switch (c.op) {
            case "conv2d" -> c.x().conv2d(w, b, c.window());
            case "conv1d" ->
                c.x().conv1d(
                                w,
                                b,
                                c.integer("stride"),
                                c.integer("padding"),
                                c.integer("dilation"),
                                c.integer("groups"));
            case "conv_transpose2d" ->
                c.x().convTranspose2d(w, b, c.window(), c.integer("output_padding"), c.integer("output_padding"));
            case "conv_transpose1d" ->
                c.x().convTranspose1d(w, b, c.integer("stride"), c.integer("padding"), c.integer("output_padding"));
            case "group_norm" -> c.x().groupNorm(c.integer("num_groups"), w, b, c.number("eps"));
            case "layer_norm" -> c.x().layerNorm(w, b, c.number("eps"));
            case "instance_norm" -> c.x().groupNorm(c.x().dim(1), w, b, c.number("eps"));
            case "scaled_dot_product_attention" -> attention(c);
            case "interpolate" -> interpolate(c);
            case "gelu_erf" -> c.x().gelu();
            case "gelu_tanh" -> c.x().geluTanh();
            case "quick_gelu" -> c.x().quickGelu();
            case "silu" -> c.x().silu();
            case "mish" -> c.x().mish();
            case "hardswish" -> c.x().hardSwish();
            case "softplus" -> c.x().softplus();
            case "elu" -> c.x().elu(c.number("alpha"));
            case "leaky_relu" -> c.x().leakyRelu(c.number("slope"));
            case "log_sigmoid" -> c.x().logSigmoid();
            case "log_softmax" -> c.x().logSoftmax(c.integer("dim"));
            case "max_pool2d" -> c.x().maxPool2d(c.integer("kernel_size"), c.integer("kernel_size"), c.window());
            case "avg_pool2d" -> c.x().avgPool2d(c.integer("kernel_size"), c.integer("kernel_size"), c.window());
            case "adaptive_avg_pool2d" ->
                c.x().adaptiveAvgPool2d(c.integers("output_size")[0], c.integers("output_size")[1]);
            case "pad" -> {
                int[] p = c.integers("pad");
                PadMode mode =
                        PadMode.valueOf(c.attributes.get("mode").toString().toUpperCase(Locale.ROOT));
                yield c.x().pad(3, p[0], p[1], mode).pad(2, p[2], p[3], mode);
            }
            case "pixel_shuffle" -> c.x().pixelShuffle(c.integer("factor"));
            case "pixel_unshuffle" -> c.x().pixelUnshuffle(c.integer("factor"));
            case "unfold" -> c.x().unfold(c.integer("kernel_size"), c.integer("kernel_size"), c.window());
            case "grid_sample" -> c.x().gridSample(c.get("grid"), c.flag("align_corners"));
            case "ctc_loss" -> ctc(c);
            case "embedding" -> {
                // No gradient reaches the padding row.
                int pad = c.integer("padding_idx");
                Tensor table = c.get("weight");
                Tensor constant = table.slice(0, pad, pad + 1).detached();
                yield Tensor.concat(0, List.of(constant, table.slice(0, pad + 1, table.dim(0))))
                        .indexSelect(0, c.get("ids"));
            }
            default -> null;
        };
        return Optional.ofNullable(y).map(out -> Map.of("out", out));
    }

    private static Map<String, Tensor> batchNorm(Reference c) {
        Tensor x = c.x();
        if (!c.flag("training")) {
            Tensor mean = c.get("running_mean");
            Tensor variance = c.get("running_var");
            Tensor y = x.minus(mean.reshape(-1, 1, 1))
                    .times(variance.plus(c.number("eps"))
                            .rsqrt()
                            .times(c.get("w"))
                            .reshape(-1, 1, 1))
                    .plus(c.get("b").reshape(-1, 1, 1));
            return Map.of("out", y, "running_mean", mean, "running_var", variance);
        }
        List<Tensor> r = x.batchNorm(c.get("w"), c.get("b"), c.number("eps"));
        double m = c.number("momentum");
        double n = (double) x.size() / x.dim(1);
        return Map.of(
                "out",
                r.get(0),
                "running_mean",
                c.get("running_mean").times(1 - m).plus(r.get(1).times(m)),
                "running_var",
                c.get("running_var").times(1 - m).plus(r.get(2).times(m * n / (n - 1))));
    }

    private static Tensor attention(Reference c) {
        Tensor q = c.get("q");
        double scale = c.attributes.containsKey("scale") ? c.number("scale") : 1 / Math.sqrt(q.dim(-1));
        return q.attention(c.get("k"), c.get("v"), c.get("mask"), new Fused.Attention(scale, c.flag("is_causal"), 0));
    }

    /** Theirs is (T, N, C). */
    private static Tensor ctc(Reference c) {
        Tensor logp = c.get("logits").logSoftmax(-1).transpose(0, 1);
        Tensor lengths = c.get("target_lengths");
        var op = new Fused.CtcLoss(c.integer("blank"), c.flag("zero_infinity"));
        Tensor each = logp.apply(op, c.get("targets"), c.get("input_lengths"), lengths);
        return switch (c.attributes.get("reduction").toString()) {
            case "none" -> each;
            case "sum" -> each.sum();
            default ->
                each.dividedBy(lengths.to(DType.F32).maximum(Tensor.ones())).mean();
        };
    }

    private static Tensor interpolate(Reference c) {
        Resampling.Mode mode = switch (c.attributes.get("mode").toString()) {
            case "nearest" -> Resampling.Mode.NEAREST;
            case "nearest-exact" -> Resampling.Mode.NEAREST_EXACT;
            case "bilinear" -> Resampling.Mode.BILINEAR;
            default -> Resampling.Mode.BICUBIC;
        };
        var how = new Resampling(mode, c.flag("align_corners"), c.flag("antialias"));
        if (c.attributes.get("scale_factor") instanceof List<?> factors) {
            return c.x().interpolate((double) factors.get(0), (double) factors.get(1), how);
        }
        return c.x().interpolate(c.integers("size")[0], c.integers("size")[1], how);
    }

    @TestFactory
    Stream<DynamicTest> agrees() {
        Path folder = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), "models", "ops");
        Assumptions.assumeTrue(Files.isDirectory(folder), "fixtures absent: " + folder);
        Safetensors tensors = Safetensors.open(folder.resolve("ops.safetensors"));
        List<Map<String, Object>> cases = new ArrayList<>();
        ((List<?>) Json.read(folder.resolve("ops.json"))).forEach(c -> cases.add(object(c)));
        assertThat(cases).hasSizeGreaterThanOrEqualTo(68);
        return cases.stream()
                .map(c -> DynamicTest.dynamicTest(
                        c.get("name").toString(),
                        () -> Backends.with(
                                backend(),
                                () -> Scope.tidy(() -> {
                                    check(c, tensors);
                                    return null;
                                }))));
    }

    private static void check(Map<String, Object> c, Safetensors tensors) {
        String op = c.get("op").toString();
        boolean loose = List.of("stft", "layer_norm", "grid_sample").contains(op);
        double tolerance = loose ? 1e-4 : 2e-5;
        Map<String, Object> gradients = c.get("grads") == null ? Map.of() : object(c.get("grads"));
        Map<String, Tensor> in = new LinkedHashMap<>();
        object(c.get("inputs")).forEach((name, key) -> {
            Tensor t = tensors.tensor(key.toString());
            in.put(name, gradients.containsKey(name) ? t.tracked() : t);
        });
        var reference = new Reference(c.get("name").toString(), op, object(c.get("attrs")), in);
        Tape.record(tape -> {
            Optional<Map<String, Tensor>> out = run(reference);
            Assumptions.assumeTrue(
                    out.isPresent() || !ELSEWHERE.containsKey(op), () -> op + " is tested in: " + ELSEWHERE.get(op));
            assertThat(out).as("an op named %s", op).isPresent();
            object(c.get("outputs"))
                    .forEach((name, key) ->
                            compare(name, out.get().get(name), tensors.tensor(key.toString()), tolerance));
            List<String> names = List.copyOf(gradients.keySet());
            if (!names.isEmpty()) {
                Tensor upstream =
                        tensors.tensor(object(c.get("grad_outputs")).get("out").toString());
                List<Tensor> found = tape.gradients(
                        out.get().get("out").times(upstream).sum(),
                        names.stream().map(in::get).toList());
                for (int i = 0; i < names.size(); i++) {
                    Tensor expected = tensors.tensor(gradients.get(names.get(i)).toString());
                    compare("gradient of " + names.get(i), found.get(i), expected, tolerance);
                }
            }
            return null;
        });
    }

    private static void compare(String what, Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        double[] a = actual.toDoubles();
        double[] e = expected.toDoubles();
        double scale = 1;
        for (double v : e) {
            scale = Math.max(scale, Math.abs(v));
        }
        for (int i = 0; i < e.length; i++) {
            assertThat(a[i]).as("%s element %d", what, i).isCloseTo(e[i], Offset.offset(tolerance * scale));
        }
        assertThat(actual.dtype()).as(what).isEqualTo(DType.F32);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object json) {
        return (Map<String, Object>) json;
    }
}
