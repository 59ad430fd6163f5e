package sensorium.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import sensorium.io.Safetensors;
import sensorium.nn.ModelConfigFile;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.text.HuggingFaceTextTransformer;
import sensorium.text.TextTransformer;
import tools.jackson.databind.json.JsonMapper;

/** A Stable Diffusion of the recorded U-Net and autoencoder, with a text encoder that was never trained. */
final class TinyPipeline {
    private static final String INDEX = """
            {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.27.2",
             "feature_extractor": [null, null], "safety_checker": [null, null],
             "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
             "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
             "vae": ["diffusers", "AutoencoderKL"]}""";
    private static final String DDIM = """
            {"_class_name": "DDIMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085,
             "clip_sample": false, "num_train_timesteps": 1000, "set_alpha_to_one": false, "steps_offset": 1}""";
    private static final String LETTERS = """
            {"a": 0, "a</w>": 1, "c": 2, "t</w>": 3, "d": 4, "o": 5, "g</w>": 6, "at</w>": 7, "cat</w>": 8,
             "<|startoftext|>": 9, "<|endoftext|>": 10}""";

    private TinyPipeline() {}

    /** As published but for the sizes. */
    static String encoder(int width) {
        return """
                {"architectures": ["CLIPTextModel"], "attention_dropout": 0.0, "bos_token_id": 0, "dropout": 0.0,
                 "eos_token_id": 2, "hidden_act": "quick_gelu", "hidden_size": %d, "initializer_factor": 1.0,
                 "initializer_range": 0.02, "intermediate_size": 16, "layer_norm_eps": 1e-05,
                 "max_position_embeddings": 7, "model_type": "clip_text_model", "num_attention_heads": 2,
                 "num_hidden_layers": 2, "pad_token_id": 1, "projection_dim": 8, "torch_dtype": "float32",
                 "transformers_version": "4.22.0.dev0", "vocab_size": 11}""".formatted(width);
    }

    /** @return the text encoder; it is written with the rest */
    static TextTransformer in(Path folder) throws IOException {
        copy("unet2d_condition", folder.resolve("unet"));
        copy("autoencoder_kl", folder.resolve("vae"));
        Files.writeString(folder.resolve("model_index.json"), INDEX);
        Files.writeString(Files.createDirectory(folder.resolve("scheduler")).resolve("scheduler_config.json"), DDIM);
        Path tokenizer = Files.createDirectory(folder.resolve("tokenizer"));
        Files.writeString(tokenizer.resolve("vocab.json"), LETTERS);
        Files.writeString(tokenizer.resolve("merges.txt"), "#version: 0.2\na t</w>\nc at</w>\n");
        Files.writeString(tokenizer.resolve("tokenizer_config.json"), "{\"pad_token\": \"<|endoftext|>\"}");
        Files.createDirectory(folder.resolve("text_encoder"));
        return writeEncoder(folder.resolve("text_encoder"), 12);
    }

    /** A text encoder of that width. */
    static TextTransformer writeEncoder(Path folder, int width) throws IOException {
        String config = encoder(width);
        Files.writeString(folder.resolve("config.json"), config);
        TextTransformer tower = TextTransformer.of(
                Weights.random(5),
                HuggingFaceTextTransformer.clip(
                        ModelConfigFile.of(JsonMapper.shared().readTree(config), "config.json")));
        Map<String, Tensor> state = new HashMap<>();
        tower.state().forEach((path, t) -> state.put("text." + path, t));
        Map<String, Tensor> stored = HuggingFaceTextTransformer.CLIP_FORMAT.write(state);
        stored.put("text_model.embeddings.position_ids", Tensor.of(new long[7], 1, 7)); // as old files have
        Safetensors.write(folder.resolve("model.safetensors"), stored, Map.of("format", "pt"));
        return tower;
    }

    private static void copy(String fixture, Path to) throws IOException {
        Path from = Path.of(System.getProperty("sensorium.fixtures", "../../shared/fixtures"), "models", fixture);
        Assumptions.assumeTrue(Files.isDirectory(from), "fixtures absent: " + from);
        Files.createDirectory(to);
        for (String file : List.of("config.json", "diffusion_pytorch_model.safetensors")) {
            Files.copy(from.resolve(file), to.resolve(file));
        }
    }
}
