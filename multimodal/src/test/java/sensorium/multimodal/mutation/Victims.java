package sensorium.multimodal.mutation;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import sensorium.audio.AudioFile;
import sensorium.audio.WavWriter;
import sensorium.audio.Waveform;
import sensorium.audio.whisper.GenerationConfig;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.audio.whisper.WhisperConfig;
import sensorium.io.Npy;
import sensorium.io.Safetensors;
import sensorium.multimodal.classify.ClassifierConfig;
import sensorium.multimodal.classify.FineTuning;
import sensorium.multimodal.classify.Input;
import sensorium.multimodal.model.ModelFolder;
import sensorium.multimodal.model.ParityCases;
import sensorium.nn.GridPositions;
import sensorium.nn.Lora;
import sensorium.nn.PatchEncoder;
import sensorium.nn.Patches;
import sensorium.nn.PeftAdapter;
import sensorium.nn.Pooling;
import sensorium.nn.TransformerConfig;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.text.BpeTrainer;
import sensorium.text.ByteBpe;
import sensorium.text.TokenizerJson;
import sensorium.vision.Animation;
import sensorium.vision.HuggingFaceVit;
import sensorium.vision.ImageProcessor;
import sensorium.vision.Picture;
import sensorium.vision.PictureFile;
import sensorium.vision.PngWriter;
import sensorium.vision.Vit;
import sensorium.vision.VitConfig;
import tools.jackson.databind.json.JsonMapper;

/** Small sound files of every format that is read, and what opens each. */
final class Victims {
    private static final int LARGEST = 200_000;

    /**
     * @param file to be damaged, among others that are not
     * @param text whether it is JSON or the like
     * @param mend makes the checksums of what was damaged right again, so that the damage gets past them
     * @param open what is done with it
     */
    record Victim(String kind, Path file, byte[] valid, boolean text, UnaryOperator<byte[]> mend, Opening open) {}

    /** Reads what lies at the victim's place. */
    @FunctionalInterface
    interface Opening {
        void run() throws IOException;
    }

    private final Path folder;
    private final List<Victim> all = new ArrayList<>();

    private Victims(Path folder) {
        this.folder = folder;
    }

    static List<Victim> in(Path folder) throws IOException {
        var made = new Victims(folder);
        made.weights();
        made.vit();
        made.published();
        made.tokenizers();
        made.pictures();
        made.sounds();
        return made.all;
    }

    private Path place(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    private void add(String kind, Path file, boolean text, Opening open) throws IOException {
        all.add(new Victim(kind, file, Files.readAllBytes(file), text, UnaryOperator.identity(), open));
    }

    private void add(String kind, Path file, UnaryOperator<byte[]> mend, Opening open) throws IOException {
        all.add(new Victim(kind, file, Files.readAllBytes(file), false, mend, open));
    }

    private void weights() throws IOException {
        Path file = place("weights").resolve("a.safetensors");
        Map<String, Tensor> tensors = new HashMap<>();
        tensors.put("a", Tensor.ones(3, 4));
        tensors.put("b.c", Tensor.of(new long[] {1, 2, 3}, 3));
        tensors.put("scalar", Tensor.of(new float[] {2}));
        Safetensors.write(file, tensors, Map.of("format", "pt"));
        add("safetensors", file, false, () -> Safetensors.open(file).tensors());
        Path npy = file.resolveSibling("a.npy");
        Npy.write(npy, Tensor.ones(3, 4));
        add("npy", npy, false, () -> Npy.read(npy));
    }

    private static Vit vit(long seed) {
        var encoder = new PatchEncoder.Config(
                Patches.Config.of(3, 16, 16, 8),
                1,
                GridPositions.Kind.LEARNED,
                Pooling.Kind.FRONT,
                TransformerConfig.of(8, 1, 2));
        return Vit.of(Weights.random(seed), new VitConfig(encoder, List.of("a", "b", "c")));
    }

    /** A published model in every part: whole, in shards, with adapters. */
    private void vit() throws IOException {
        Path whole = place("vit");
        HuggingFaceVit.save(vit(1), whole, Optional.empty());
        Path preprocessing = whole.resolve("preprocessor_config.json");
        Files.writeString(preprocessing, """
                {"image_processor_type": "ViTImageProcessor", "do_resize": true, "size": {"height": 16, "width": 16},
                 "resample": 2, "do_rescale": true, "rescale_factor": 0.00392156862745098, "do_normalize": true,
                 "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}""");
        add("config.json of vit", whole.resolve("config.json"), true, () -> new ModelFolder(whole).open());
        add("weights of vit", whole.resolve("model.safetensors"), false, () -> new ModelFolder(whole).open());
        add("preprocessor_config.json", preprocessing, true, () -> ImageProcessor.read(whole));

        Path shards = place("shards");
        Files.copy(whole.resolve("config.json"), shards.resolve("config.json"));
        Map<String, Tensor> first =
                Safetensors.open(whole.resolve("model.safetensors")).tensors();
        Map<String, Tensor> second = new HashMap<>();
        second.put("classifier.bias", first.remove("classifier.bias"));
        Safetensors.write(shards.resolve("model-00001-of-00002.safetensors"), first, Map.of());
        Safetensors.write(shards.resolve("model-00002-of-00002.safetensors"), second, Map.of());
        var index = JsonMapper.shared().createObjectNode();
        var map = index.putObject("weight_map");
        first.keySet().forEach(name -> map.put(name, "model-00001-of-00002.safetensors"));
        second.keySet().forEach(name -> map.put(name, "model-00002-of-00002.safetensors"));
        Path indexed = shards.resolve("model.safetensors.index.json");
        Files.write(indexed, JsonMapper.shared().writeValueAsBytes(index));
        add("index of shards", indexed, true, () -> HuggingFaceVit.load(shards));
        add("a shard", shards.resolve("model-00001-of-00002.safetensors"), false, () -> HuggingFaceVit.load(shards));

        Path adapter = place("adapter");
        var lora = new Lora(2, 4, Lora.QUERIES_AND_VALUES);
        Vit adapted = lora.adapt(vit(1), HuggingFaceVit.FORMAT.names(), Weights.random(2));
        PeftAdapter.save(adapted, HuggingFaceVit.FORMAT.names(), lora, whole, adapter);
        Opening load = () -> PeftAdapter.load(vit(1), HuggingFaceVit.FORMAT.names(), adapter);
        add("adapter_config.json", adapter.resolve("adapter_config.json"), true, load);
        add("adapter_model.safetensors", adapter.resolve("adapter_model.safetensors"), false, load);

        Path run = place("run");
        var config = ClassifierConfig.small(List.of("a", "b"), new Input.Grey(8, 8, 0.5, 0.25));
        Files.write(run.resolve("config.json"), JsonMapper.shared().writeValueAsBytes(ModelFolder.config(config)));
        Safetensors.write(
                run.resolve("model.safetensors"),
                sensorium.multimodal.classify.Classifier.of(Weights.random(1), config)
                        .state(),
                Map.of());
        add("config.json of a run", run.resolve("config.json"), true, () -> new ModelFolder(run).open());
        tuned(whole);
    }

    /** A run that taught the published model something else, in its head. */
    private void tuned(Path base) throws IOException {
        Path run = place("tuned");
        var lora = new Lora(2, 4, Lora.QUERIES_AND_VALUES);
        var tuning = new FineTuning(base.toString(), List.of("x", "y"), FineTuning.Tune.HEAD, lora, "");
        Files.write(run.resolve("config.json"), JsonMapper.shared().writeValueAsBytes(ModelFolder.config(tuning)));
        Safetensors.write(
                run.resolve("model.safetensors"),
                Map.of("head.weight", Tensor.ones(2, 8), "head.bias", Tensor.ones(2)),
                Map.of());
        add("config.json of a fine-tuned run", run.resolve("config.json"), true, () -> new ModelFolder(run).open());
        add("weights of a fine-tuned run", run.resolve("model.safetensors"), false, () -> new ModelFolder(run).open());
    }

    /** The settings of every class that is known, where the parity data are at hand. */
    private void published() throws IOException {
        Path root = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"));
        for (String name : List.of(
                "models/ast",
                "models/whisper",
                "models/autoencoder_kl",
                "models/vq_model",
                "models/unet2d",
                "models/unet2d_condition",
                "models/dit",
                "kwt1",
                "dit-mnist")) {
            Path from = root.resolve(name);
            if (Files.exists(from)) {
                Path to = place(name.replace('/', '-'));
                try (Stream<Path> files = Files.list(from)) {
                    for (Path file : files.filter(f -> f.toString().endsWith("config.json")
                                    || f.toString().endsWith("model.safetensors"))
                            .toList()) {
                        Files.copy(file, to.resolve(file.getFileName()));
                    }
                }
                add("config.json of " + name, to.resolve("config.json"), true, () -> ParityCases.open(to));
                if (name.equals("models/whisper")) {
                    WhisperConfig model = HuggingFaceWhisper.load(to).config();
                    add(
                            "generation_config.json",
                            to.resolve("generation_config.json"),
                            true,
                            () -> GenerationConfig.read(to, model));
                }
            }
        }
    }

    private void tokenizers() throws IOException {
        Path file = place("tokenizer").resolve("tokenizer.json");
        ByteBpe bpe = new BpeTrainer(300, 1, List.of()).train(List.of("the cat sat on the mat", "a cat, a mat"));
        TokenizerJson.write(bpe, file);
        add("tokenizer.json", file, true, () -> TokenizerJson.read(file).encode("the cat\u00e9 \ud83d\ude00 sat"));
    }

    private void pictures() throws IOException {
        Path place = place("pictures");
        byte[] rgb = new byte[21 * 13 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 31);
        }
        Path png = place.resolve("a.png");
        PngWriter.write(new Picture(21, 13, 3, rgb), png);
        add("png", png, false, () -> PictureFile.decode(png));
        add("png, checksums mended", png, Checksums::ofPng, () -> PictureFile.decode(png));
        var image = new BufferedImage(21, 13, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 13; y++) {
            for (int x = 0; x < 21; x++) {
                image.setRGB(x, y, x * 12 << 16 | y * 19 << 8 | x * y);
            }
        }
        for (String format : List.of("jpg", "gif", "bmp")) {
            var bytes = new ByteArrayOutputStream();
            ImageIO.write(image, format, bytes);
            picture(place, format, bytes.toByteArray());
        }
        picture(place, "webp", Base64.getDecoder().decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA"));
        picture(
                place,
                "svg",
                "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'><rect width='5' height='5' fill='#f00'/></svg>"
                        .getBytes(StandardCharsets.UTF_8));
    }

    private void picture(Path place, String format, byte[] bytes) throws IOException {
        Path file = Files.write(place.resolve("a." + format), bytes);
        add(format, file, format.equals("svg"), () -> PictureFile.decode(file));
        if (format.equals("gif")) {
            add("gif, as a film", file, false, () -> Animation.frames(file, 4, 32));
        }
    }

    private void sounds() throws IOException {
        Path place = place("sounds");
        Path wav = place.resolve("a.wav");
        float[] samples = new float[400];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) Math.sin(i * 0.1);
        }
        WavWriter.write(wav, new Waveform(samples, 16_000));
        add("wav", wav, false, () -> AudioFile.decode(wav));
        Path root = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"));
        for (String from : List.of("vorbis/animals__birds__crow.ogg", "audio/1272-128104-0000.flac")) {
            Path valid = root.resolve(from);
            if (Files.exists(valid) && Files.size(valid) <= LARGEST) {
                Path file = place.resolve(valid.getFileName());
                Files.copy(valid, file);
                String kind = from.substring(from.lastIndexOf('.') + 1);
                add(kind, file, false, () -> AudioFile.decode(file));
                if (kind.equals("ogg")) {
                    add("ogg, checksums mended", file, Checksums::ofOgg, () -> AudioFile.decode(file));
                }
            }
        }
    }
}
