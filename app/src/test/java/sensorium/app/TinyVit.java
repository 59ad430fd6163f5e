package sensorium.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sensorium.nn.GridPositions;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.Pooling;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.vision.HuggingFaceVit;
import sensorium.vision.Vit;
import sensorium.vision.VitConfig;

/** A published model that takes no parity data: two blocks on four patches, as their initialisation left them. */
final class TinyVit {
    private static final String PREPROCESSING = """
            {"image_processor_type": "ViTImageProcessor", "do_resize": true, "size": {"height": 16, "width": 16}, "resample": 2,
             "do_rescale": true, "do_normalize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""";

    private TinyVit() {}

    static Path in(Path folder) throws IOException {
        var encoder = new PatchEncoder.Config(
                Patches.Config.of(3, 16, 16, 8),
                1,
                GridPositions.Kind.LEARNED,
                Pooling.Kind.FRONT,
                TransformerConfig.of(16, 2, 2));
        Vit vit = Vit.of(Weights.random(4), new VitConfig(encoder, List.of("a", "b", "c")));
        HuggingFaceVit.save(vit, folder, Optional.empty());
        Files.writeString(folder.resolve("preprocessor_config.json"), PREPROCESSING);
        return folder;
    }
}
