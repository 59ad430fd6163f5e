#!/usr/bin/env python3
"""Records a run of a model's reference implementation, for `./sensorium parity MODEL DUMP.safetensors`.

For any machine that has torch, safetensors and transformers or diffusers:

    python3 dump.py MODEL --out DUMP.safetensors                       random inputs, by --seed
    python3 dump.py MODEL --out DUMP.safetensors --inputs IN.safetensors    given ones: tensors called input.NAME

MODEL is a folder with config.json and weights as safetensors. Written are the inputs (`input.*`), what every named module returned
the last time that it ran (`trace.` and its name) and the outputs (`output.*`), in single precision on the CPU. Nothing is downloaded,
and no code of the folder is run.
"""
import argparse
import json
import os
import re

import torch
from safetensors.torch import load_file, save_file


# Modules that transformers 5 renamed, and what earlier versions, checkpoints and with them recordings call them.
RENAMED_LAYERS = re.compile(r"^(vit|audio_spectrogram_transformer)\.layers\.(\d+)")
RENAMED_PARTS = {
    ".attention.q_proj": ".attention.attention.query",
    ".attention.k_proj": ".attention.attention.key",
    ".attention.v_proj": ".attention.attention.value",
    ".attention.o_proj": ".attention.output.dense",
    ".mlp.fc1": ".intermediate.dense",
    ".mlp.activation_fn": ".intermediate",
    ".mlp.fc2": ".output.dense",
}


def checkpoint_name(module):
    layer = RENAMED_LAYERS.match(module)
    if not layer:
        return module
    part = module[layer.end():]
    return f"{layer[1]}.encoder.layer.{layer[2]}" + RENAMED_PARTS.get(part, part)


def first_tensor(value):
    """What a module returned: a tensor, or the first one in what it returned."""
    if isinstance(value, torch.Tensor):
        return value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for part in value:
            found = first_tensor(part)
            if found is not None:
                return found
    return None


def plain(tensor):
    tensor = tensor.detach().cpu()
    tensor = tensor.float() if tensor.is_floating_point() else tensor.long()
    return tensor.clone().contiguous()


class Recorder:
    """Every named module's result, the last of each."""

    def __init__(self, model):
        self.values = {}
        for name, module in model.named_modules():
            if name:
                module.register_forward_hook(self.hook(name))

    def hook(self, name):
        def note(_module, _inputs, output):
            tensor = first_tensor(output)
            if tensor is not None and tensor.numel() > 0:
                self.values["trace." + checkpoint_name(name)] = plain(tensor)

        return note


def read_config(folder):
    with open(os.path.join(folder, "config.json"), encoding="utf-8") as file:
        return json.load(file)


def open_model(folder, config):
    if "_class_name" in config:
        import diffusers

        kind = getattr(diffusers, config["_class_name"])
        model = kind.from_pretrained(folder, torch_dtype=torch.float32, use_safetensors=True)
    else:
        import transformers

        names = config.get("architectures") or ["AutoModel"]
        kind = getattr(transformers, names[0])
        model = kind.from_pretrained(
            folder, torch_dtype=torch.float32, use_safetensors=True, local_files_only=True, trust_remote_code=False
        )
    return model.eval()


def random_inputs(model, config, generator):
    """Inputs in the shapes of the configuration, for the classes that are known."""

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    def integers(most, *shape):
        return torch.randint(0, most, shape, generator=generator)

    kind = config.get("model_type") or config.get("_class_name")
    full = model.config  # with the defaults of the class
    if kind in ("vit", "dinov2", "deit"):
        size = full.image_size
        height, width = size if isinstance(size, (list, tuple)) else (size, size)
        return {"pixel_values": normal(2, full.num_channels, height, width)}
    if kind == "audio-spectrogram-transformer":
        return {"input_values": normal(2, full.max_length, full.num_mel_bins)}
    if kind == "whisper":
        return {
            "input_features": normal(1, full.num_mel_bins, 2 * full.max_source_positions),
            "decoder_input_ids": integers(full.vocab_size, 1, 5),
        }
    if kind in ("bert", "roberta"):
        ids = integers(full.vocab_size, 2, min(9, full.max_position_embeddings - 2))
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if kind in ("clip", "siglip"):
        text, vision = full.text_config, full.vision_config
        ids = integers(text.vocab_size, 2, text.max_position_embeddings)
        return {"input_ids": ids, "pixel_values": normal(2, 3, vision.image_size, vision.image_size)}
    if kind == "UNet2DModel":
        inputs = {"sample": normal(2, full.in_channels, full.sample_size, full.sample_size)}
        inputs["timestep"] = torch.tensor([3, 981])
        if full.num_class_embeds:
            inputs["class_labels"] = integers(full.num_class_embeds, 2)
        return inputs
    if kind == "UNet2DConditionModel":
        return {
            "sample": normal(2, full.in_channels, full.sample_size, full.sample_size),
            "timestep": torch.tensor([3, 981]),
            "encoder_hidden_states": normal(2, 5, full.cross_attention_dim),
        }
    if kind in ("Transformer2DModel", "DiTTransformer2DModel"):
        return {
            "hidden_states": normal(2, full.in_channels, full.sample_size, full.sample_size),
            "timestep": torch.tensor([3, 981]),
            "class_labels": integers(full.num_embeds_ada_norm, 2),
        }
    if kind in ("AutoencoderKL", "VQModel"):
        side = 4 * 2 ** (len(full.block_out_channels) - 1)
        inputs = {"sample": normal(1, full.in_channels, side, side).clamp(-1, 1)}
        if kind == "AutoencoderKL":
            inputs["noise"] = normal(1, full.latent_channels, 4, 4)
        return inputs
    raise SystemExit(f"dump.py: no inputs are known for {kind}; give them with --inputs")


def run(model, config, inputs):
    """The outputs by name."""
    kind = config.get("_class_name")
    if kind == "AutoencoderKL":
        latent = model.encode(inputs["sample"]).latent_dist
        drawn = latent.mean + latent.std * inputs["noise"]
        return {
            "mean": latent.mean,
            "logvar": latent.logvar,
            "sample_with_noise": drawn,
            "decoded": model.decode(drawn).sample,
        }
    if kind == "VQModel":
        latents = model.encode(inputs["sample"]).latents
        untouched = model.decode(latents, force_not_quantize=True).sample
        quantized, _, (_, _, indices) = model.quantize(latents)
        decoded = model.decode(latents).sample  # last: its intermediates are kept
        return {
            "latents": latents,
            "decoded_not_quantized": untouched,
            "indices": indices.reshape(latents.shape[0], *latents.shape[2:]),
            "quantized": quantized,
            "decoded": decoded,
        }
    output = model(**inputs, return_dict=True)
    return {name: value for name, value in output.items() if isinstance(value, torch.Tensor)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="folder of the model")
    parser.add_argument("--out", required=True, help="safetensors file to write")
    parser.add_argument("--inputs", help="safetensors file with tensors called input.NAME")
    parser.add_argument("--seed", type=int, default=0, help="of random inputs (default: 0)")
    options = parser.parse_args()

    config = read_config(options.model)
    model = open_model(options.model, config)
    if options.inputs:
        given = load_file(options.inputs)
        inputs = {name[len("input."):]: value for name, value in given.items() if name.startswith("input.")}
    else:
        inputs = random_inputs(model, config, torch.Generator().manual_seed(options.seed))
    recorder = Recorder(model)
    with torch.no_grad():
        outputs = run(model, config, inputs)
    values = {"input." + name: plain(value) for name, value in inputs.items()}
    values.update(recorder.values)
    values.update({"output." + name: plain(value) for name, value in outputs.items()})
    # That every module is in it, also those that `sensorium parity` has no counterpart of.
    save_file(values, options.out, metadata={"format": "pt", "modules": "all"})
    print(f"{len(values)} values: {options.out}")


if __name__ == "__main__":
    main()
