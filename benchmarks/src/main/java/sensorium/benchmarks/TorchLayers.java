package sensorium.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import sensorium.nn.Module;

/**
 * The layers of our models as libtorch's fused operators have them, with the same weights under the same paths. Where a
 * module holds query, key and value, they are one projection, {@code qkv}, as its users write it.
 *
 * @param path of the module that these are the layers of, empty or ending with a dot
 */
record TorchLayers(String path, Map<String, Tensor> weights) {
    private static final List<String> QKV = List.of("query", "key", "value");
    private static final double EPS = 1e-5;

    /** For inference: the weights lie where ours do; what is joined is made when it is first asked for. */
    static TorchLayers of(Module module) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        module.state().forEach((name, t) -> all.put(name, Torch.view(t)));
        return new TorchLayers("", all);
    }

    /** The same with the weights of convolutions laid out channels last, which makes the maps so too. */
    TorchLayers channelsLast() {
        Map<String, Tensor> all = new LinkedHashMap<>(weights);
        all.replaceAll((_, w) -> w.dim() == 4 ? w.contiguous(MemoryFormat.ChannelsLast) : w);
        return new TorchLayers(path, all);
    }

    /** For training: copies, of which autograd follows what is trainable. */
    static TorchLayers trained(Module module) {
        TorchLayers ours = of(module);
        Map<String, Tensor> all = new LinkedHashMap<>();
        module.parameters().forEach((name, p) -> {
            String own = name.replaceFirst("\\.(query|key|value)\\.", ".qkv.");
            all.computeIfAbsent(own, n -> ours.weight(n).clone().set_requires_grad(p.isTrainable()));
        });
        module.buffers()
                .keySet()
                .forEach(name -> all.put(name, ours.weight(name).clone()));
        return new TorchLayers("", all);
    }

    /** What there is of {@code values}, one each of the weights that autograd follows, under the paths that ours has. */
    Map<String, Tensor> split(TensorVector values) {
        Map<String, Tensor> parts = new TreeMap<>();
        int i = 0;
        for (String name : trainable().keySet()) {
            Tensor value = values.get(i++);
            if (name.contains("qkv")) {
                TensorVector three = torch.chunk(value, 3);
                for (int part = 0; part < 3; part++) {
                    parts.put(name.replace("qkv", QKV.get(part)), three.get(part));
                }
            } else {
                parts.put(name, value);
            }
        }
        return parts;
    }

    /** The weights that autograd follows, in order. */
    Map<String, Tensor> trainable() {
        Map<String, Tensor> followed = new LinkedHashMap<>();
        weights.forEach((name, t) -> {
            if (t.requires_grad()) {
                followed.put(name, t);
            }
        });
        return followed;
    }

    /** The layers of a part: a component's name, or an index in a list. */
    TorchLayers at(Object part) {
        return new TorchLayers(path + part + ".", weights);
    }

    /** Null where there is none. */
    Tensor weight(String name) {
        return weights.computeIfAbsent(path + name, all -> all.contains(".qkv.") ? joined(all) : null);
    }

    private Tensor joined(String qkv) {
        List<Tensor> parts =
                QKV.stream().map(part -> weights.get(qkv.replace("qkv", part))).collect(Collectors.toList());
        return parts.get(0) == null ? null : torch.cat(Torch.vector(parts)).retainReference();
    }

    private boolean has(String name) {
        return weight(name) != null;
    }

    private TensorOptional optional(String name) {
        return has(name) ? new TensorOptional(weight(name)) : new TensorOptional();
    }

    Tensor linear(Tensor x) {
        return torch.linear(x, weight("weight"), optional("bias"));
    }

    Tensor layerNorm(Tensor x) {
        return torch.layer_norm(x, new long[] {x.size(-1)}, optional("weight"), optional("bias"), EPS, true);
    }

    Tensor groupNorm(Tensor x, int groups) {
        return torch.group_norm(x, groups, optional("weight"), optional("bias"), EPS, true);
    }

    /** By the statistics of the batch, which move the running ones. */
    Tensor batchNorm(Tensor x) {
        return torch.batch_norm(
                x,
                optional("weight"),
                optional("bias"),
                optional("runningMean"),
                optional("runningVar"),
                true,
                0.1,
                EPS,
                false);
    }

    Tensor conv2d(Tensor x, long stride, long padding) {
        return torch.conv2d(
                x,
                weight("weight"),
                optional("bias"),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                1);
    }

    Tensor conv1d(Tensor x, long stride, long padding) {
        return torch.conv1d(
                x, weight("weight"), optional("bias"), new long[] {stride}, new long[] {padding}, new long[] {1}, 1);
    }

    /** Of a sequence to itself: (B, T, D) → (B, T, D). */
    Tensor attention(Tensor x, int heads) {
        TensorVector qkv = torch.chunk(at("qkv").linear(x), 3, -1);
        return at("out").linear(attend(heads(qkv.get(0), heads), heads(qkv.get(1), heads), heads(qkv.get(2), heads)));
    }

    /** (B, T, H·d) → (B, H, T, d), a view. */
    static Tensor heads(Tensor x, int heads) {
        return x.view(x.size(0), x.size(1), heads, x.size(2) / heads).transpose(1, 2);
    }

    /** Fused attention of heads (B, H, …, d), joined: (B, T, H·d). */
    static Tensor attend(Tensor q, Tensor k, Tensor v) {
        return torch.scaled_dot_product_attention(q, k, v)
                .transpose(1, 2)
                .reshape(q.size(0), q.size(2), q.size(1) * q.size(3));
    }

    /** Pre-norm blocks, and the norm after the last where there is one: (B, T, D) → (B, T, D). */
    Tensor transformer(Tensor x, int depth, int heads, boolean gelu) {
        Tensor y = x;
        for (int i = 0; i < depth; i++) {
            Tensor in = y;
            TorchLayers block = at("blocks").at(i);
            Tensor mid = freeing(() -> in.add(block.scaled(
                    "scale1", block.at("attention").attention(block.at("norm1").layerNorm(in), heads))));
            y = freeing(() -> mid.add(
                    block.scaled("scale2", block.at("mlp").mlp(block.at("norm2").layerNorm(mid), gelu))));
            mid.close();
            if (i > 0) {
                in.close();
            }
        }
        return has("norm.weight") ? at("norm").layerNorm(y) : y;
    }

    /** Scaled by a factor a channel, where there is one. */
    private Tensor scaled(String name, Tensor x) {
        return has(name) ? x.mul(weight(name)) : x;
    }

    /** @param gelu else ReLU */
    Tensor mlp(Tensor x, boolean gelu) {
        Tensor up = at("up").linear(x);
        Tensor hidden = gelu ? torch.gelu(up) : torch.relu(up);
        up.close();
        return at("down").linear(hidden);
    }

    /** Lets go of all handles that {@code body} makes, but its result, as references do in C++. */
    static Tensor freeing(Supplier<Tensor> body) {
        Tensor y;
        try (var _ = new PointerScope()) {
            y = body.get();
            y.retainReference();
        }
        PointerScope.getInnerScope().attach(y);
        y.releaseReference();
        return y;
    }
}
