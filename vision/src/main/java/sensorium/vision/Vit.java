package sensorium.vision;

import java.util.List;
import sensorium.nn.Linear;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Trace;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;

/** A vision transformer with a classifier on top (Dosovitskiy et al., arXiv 2010.11929). */
public record Vit(PatchEncoder encoder, Linear head, VitConfig config) implements PictureClassifier {
    public static Vit of(Weights w, VitConfig c) {
        int width = c.encoder().transformer().width();
        return new Vit(
                PatchEncoder.of(w.at("encoder"), c.encoder()),
                Linear.of(w.at("head"), width, c.labels().size(), true),
                c);
    }

    @Override
    public List<String> labels() {
        return config.labels();
    }

    /** The same encoder under a new head, for other classes. */
    public Vit withHead(List<String> labels, Weights w) {
        int width = config.encoder().transformer().width();
        return new Vit(
                encoder, Linear.of(w.at("head"), width, labels.size(), true), new VitConfig(config.encoder(), labels));
    }

    @Override
    public Tensor forward(Tensor pixels) {
        return Trace.note(this, head.forward(encoder.forward(pixels)));
    }
}
