package sensorium.diffusion;

import static sensorium.diffusion.DiffusersUNetSettings.CONDITIONAL;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import sensorium.diffusion.DiffusersUNetSettings.Block;
import sensorium.diffusion.UNetLayout.Classes;
import sensorium.nn.Activation;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.unet.Mixer;
import sensorium.nn.unet.Mixer.Kind;
import sensorium.nn.unet.ResidualConfig;
import sensorium.nn.unet.StageConfig;
import sensorium.nn.unet.StageConfig.Resizing;
import sensorium.nn.unet.TimestepEmbedding.Waves;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What {@link DiffusersUNetSettings} reads, written. A layout that neither class can have is written as if it could; who saves it reads
 * it back and compares.
 */
final class DiffusersUNetWriter {
    private final UNetLayout layout;
    private final boolean conditional;
    private final int last;
    private final ObjectNode json = JsonMapper.shared().createObjectNode();

    private DiffusersUNetWriter(UNetLayout layout, boolean conditional) {
        this.layout = layout;
        this.conditional = conditional;
        last = layout.widths().size() - 1;
    }

    /** @param kind of the two classes */
    static ObjectNode write(UNetLayout c, String kind) {
        var writer = new DiffusersUNetWriter(c, kind.equals(CONDITIONAL));
        writer.json.put("_class_name", kind);
        writer.common();
        if (writer.conditional) {
            writer.conditional();
        } else {
            writer.plain();
        }
        return writer.json;
    }

    private void common() {
        ResidualConfig blocks = blocks();
        json.put("in_channels", layout.in());
        json.put("out_channels", layout.out());
        layout.widths().forEach(json.putArray("block_out_channels")::add);
        stages("down_block_types", layout.down(), DiffusersUNetSettings.DOWN);
        stages("up_block_types", layout.up(), DiffusersUNetSettings.UP);
        json.put("norm_num_groups", blocks.groups());
        json.put("norm_eps", blocks.eps());
        json.put("act_fn", ModelConfigFile.name(blocks.activation()));
        json.put("dropout", blocks.dropout());
        json.put("resnet_time_scale_shift", blocks.scaleShift() ? "scale_shift" : "default");
        json.put("downsample_padding", corner() ? 0 : 1);
        json.put(
                "mid_block_scale_factor",
                layout.middle() == null ? 1 : layout.middle().blocks().divisor());
        json.put("center_input_sample", layout.ends().centred());
        json.put("flip_sin_to_cos", layout.timesteps().cosinesFirst());
        json.put("freq_shift", layout.timesteps().shift());
        json.put(
                "time_embedding_type",
                switch (layout.style().waves()) {
                    case SINUSOIDS -> "positional";
                    case FOURIER, FOURIER_OF_LOGARITHM -> "fourier";
                    case LEARNED -> "learned";
                });
        boolean counted = layout.told().classes() == Classes.TABLE;
        json.put("num_class_embeds", counted ? layout.told().classWidth() : null);
        json.put(
                "class_embed_type",
                switch (layout.told().classes()) {
                    case NONE, TABLE -> null;
                    case TIMESTEP -> "timestep";
                    case IDENTITY -> "identity";
                    case LAYERS -> "projection";
                    case LAYER -> "simple_projection";
                });
        int usual = layout.style().waves() == Waves.FOURIER ? 2 : 4;
        boolean chosen = layout.embedding() != usual * layout.widths().getFirst();
        json.put("time_embedding_dim", chosen ? layout.embedding() : null);
    }

    private ResidualConfig blocks() {
        return layout.up().getLast().blocks();
    }

    private boolean corner() {
        return layout.down().stream().anyMatch(stage -> stage.resizing() == Resizing.CONVOLUTION_AT_CORNER);
    }

    private void stages(String key, List<StageConfig> stages, Map<String, Block> known) {
        ArrayNode names = json.putArray(key);
        for (StageConfig stage : stages) {
            Kind kind = stage.mixer().kind();
            boolean residual = kind == Kind.NONE && stage.resizing() == Resizing.RESIDUAL;
            names.add(known.entrySet().stream()
                    .filter(e -> e.getValue().equals(new Block(kind, residual)))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no such UNet mixes places by " + kind)));
        }
    }

    private void plain() {
        json.put("layers_per_block", layout.down().getFirst().layers());
        json.put("downsample_type", resizing(layout.down()));
        json.put("upsample_type", resizing(layout.up()));
        Integer width = layout.mixers()
                .map(mixer -> mixer.heads().width())
                .findFirst()
                .filter(w -> w > 0)
                .orElse(null);
        json.put("attention_head_dim", width);
        Mixer.Config middle =
                layout.middle() == null ? Mixer.Config.NONE : layout.middle().mixer();
        json.put("mid_block_type", layout.middle() == null ? null : "UNetMidBlock2D");
        json.put("add_attention", layout.middle() == null || middle.kind() == Kind.ATTENTION);
        boolean usual = middle.groups() == (blocks().scaleShift() ? 0 : blocks().groups());
        json.put("attn_norm_num_groups", middle.kind() == Kind.NONE || usual ? null : middle.groups());
        if (layout.style().timesteps() > 0) {
            json.put("num_train_timesteps", layout.style().timesteps());
        }
    }

    private static String resizing(List<StageConfig> stages) {
        boolean residual =
                stages.stream().anyMatch(s -> s.mixer().kind() == Kind.ATTENTION && s.resizing() == Resizing.RESIDUAL);
        return residual ? "resnet" : "conv";
    }

    private void conditional() {
        each("layers_per_block", layout.down().stream().map(StageConfig::layers).toList());
        each("attention_head_dim", indices(this::heads));
        each(
                "cross_attention_dim",
                indices(i -> transformer(i) == null ? widest() : transformer(i).contextWidth()));
        if (layout.mixers().anyMatch(Mixer.Config::contextOnly)) {
            ArrayNode only = json.putArray("only_cross_attention");
            IntStream.rangeClosed(0, last)
                    .forEach(i -> only.add(staged(i) != null && staged(i).contextOnly()));
        } else {
            json.put("only_cross_attention", false);
        }
        depths();
        json.put("use_linear_projection", layout.matrices());
        json.put("mid_block_type", middle());
        json.put("conv_in_kernel", layout.ends().inKernel());
        json.put("conv_out_kernel", layout.ends().outKernel());
        json.put("time_embedding_act_fn", orNull(layout.ends().ofEmbedding()));
        json.put("timestep_post_act", orNull(layout.style().last()));
        var told = layout.told();
        boolean layers = told.classes() == Classes.LAYERS || told.classes() == Classes.LAYER;
        json.put("class_embeddings_concat", told.beside());
        json.put("addition_embed_type", told.texts() > 0 ? "text_time" : null);
        json.put("addition_time_embed_dim", positive(told.numbers()));
        json.put("projection_class_embeddings_input_dim", positive(layers ? told.classWidth() : told.texts()));
        json.put("encoder_hid_dim", positive(told.context()));
        json.put("encoder_hid_dim_type", told.context() > 0 ? "text_proj" : null);
        json.put("time_cond_proj_dim", positive(layout.style().guidance()));
        layout.down().stream()
                .filter(s -> s.resizing() == Resizing.RESIDUAL)
                .findFirst()
                .ifPresent(s -> {
                    json.put("resnet_out_scale_factor", s.blocks().divisor());
                    json.put("resnet_skip_time_act", s.blocks().embeddingActive());
                });
    }

    private String middle() {
        return layout.middle() == null
                ? null
                : layout.middle().layers() == 1 ? "UNetMidBlock2D" : "UNetMidBlock2DCrossAttn";
    }

    private static Integer positive(int number) {
        return number > 0 ? number : null;
    }

    private static String orNull(Activation activation) {
        return activation == Activation.NONE ? null : ModelConfigFile.name(activation);
    }

    private List<Integer> indices(IntUnaryOperator of) {
        return IntStream.rangeClosed(0, last).map(of).boxed().toList();
    }

    /** The transformers of either way at a stage, or null. */
    private Mixer.Config staged(int i) {
        for (StageConfig stage : List.of(layout.down().get(i), layout.up().get(last - i))) {
            if (stage.mixer().kind() == Kind.TRANSFORMER) {
                return stage.mixer();
            }
        }
        return null;
    }

    /** The same, the smallest map's included. */
    private Mixer.Config transformer(int i) {
        boolean middle =
                i == last && layout.middle() != null && layout.middle().mixer().kind() == Kind.TRANSFORMER;
        return staged(i) == null && middle ? layout.middle().mixer() : staged(i);
    }

    private int widest() {
        return layout.mixers().mapToInt(Mixer.Config::contextWidth).max().orElse(1280);
    }

    /** Number of heads of a stage's transformers; or their width, where there is attention without a context. */
    private int heads(int i) {
        if (transformer(i) != null) {
            return transformer(i).heads().count();
        }
        for (StageConfig stage : List.of(layout.down().get(i), layout.up().get(i))) {
            if (stage.mixer().kind() == Kind.ATTENTION) {
                return stage.mixer().heads().width();
            }
        }
        return 1;
    }

    /** A number for each stage where its transformers are alike and the same on both ways; else all of them. */
    private void depths() {
        List<List<Integer>> there = new ArrayList<>();
        List<List<Integer>> back = new ArrayList<>();
        boolean alike = true;
        for (int i = 0; i <= last; i++) {
            Mixer.Config any = transformer(i);
            int usual = any == null ? 1 : any.depths().getFirst();
            there.add(depths(layout.down().get(i), usual));
            back.add(depths(layout.up().get(last - i), usual));
            HashSet<Integer> all = new HashSet<>(there.getLast());
            all.addAll(back.getLast());
            alike &= all.size() == 1;
        }
        if (alike) {
            each(
                    "transformer_layers_per_block",
                    there.stream().map(List::getFirst).toList());
            json.put("reverse_transformer_layers_per_block", (String) null);
        } else {
            lists("transformer_layers_per_block", there);
            lists("reverse_transformer_layers_per_block", back.reversed());
        }
    }

    private static List<Integer> depths(StageConfig stage, int usual) {
        return stage.mixer().kind() == Kind.TRANSFORMER
                ? stage.mixer().depths()
                : Collections.nCopies(stage.layers(), usual);
    }

    private void lists(String key, List<List<Integer>> lists) {
        ArrayNode all = json.putArray(key);
        lists.forEach(list -> list.forEach(all.addArray()::add));
    }

    /** One number where all are the same. */
    private void each(String key, List<Integer> numbers) {
        if (new HashSet<>(numbers).size() == 1) {
            json.put(key, numbers.getFirst());
        } else {
            numbers.forEach(json.putArray(key)::add);
        }
    }
}
