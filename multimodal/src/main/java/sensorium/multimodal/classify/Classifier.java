package sensorium.multimodal.classify;

import java.util.ArrayList;
import java.util.List;
import sensorium.nn.ConvStage;
import sensorium.nn.Linear;
import sensorium.nn.Module;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** Tells what class a picture or a sound is of: the encoder of every sense, and one linear map on top. */
public record Classifier(PatchEncoder encoder, Linear head, ClassifierConfig config)
        implements Module, ClassificationModel {
    public static Classifier of(Weights w, ClassifierConfig c) {
        int width = c.encoder().features();
        return new Classifier(
                PatchEncoder.of(w.at("encoder"), c.encoder()),
                Linear.of(w.at("head"), width, c.labels().size(), true),
                c);
    }

    @Override
    public List<String> labels() {
        return config.labels();
    }

    @Override
    public boolean several() {
        return config.several();
    }

    @Override
    public Module module() {
        return this;
    }

    /** What {@link Input} describes, (B, C, H, W), → logits (B, labels). */
    @Override
    public Tensor forward(Tensor x) {
        return Trace.note(this, head.forward(features(x)));
    }

    /** The same → what the classes are told apart by (B, features). */
    public Tensor features(Tensor x) {
        return encoder.forward(shown(x));
    }

    /** The same → the maps (B, c, h, w) after each stage of the stem, from fine to coarse. */
    public List<Tensor> stages(Tensor x) {
        List<Tensor> maps = new ArrayList<>();
        Tensor map = shown(x);
        for (ConvStage stage : encoder.patches().stages()) {
            map = stage.forward(map);
            maps.add(map);
        }
        return maps;
    }

    private Tensor shown(Tensor x) {
        Input in = config.input();
        return in.mean() == 0 && in.std() == 1 ? x : x.minus(in.mean()).times(1 / in.std());
    }
}
