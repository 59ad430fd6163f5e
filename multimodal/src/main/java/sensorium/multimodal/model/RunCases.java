package sensorium.multimodal.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import sensorium.BadInputException;
import sensorium.audio.Ast;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KeywordTransformer;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.SoundCodec;
import sensorium.audio.speech.SpeechModel;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.SharedSpaceConfig;
import sensorium.multimodal.caption.Captioner;
import sensorium.multimodal.classify.Classifier;
import sensorium.nn.ModelInput;
import sensorium.nn.ModelInput.Axis;
import sensorium.nn.Module;
import sensorium.nn.ParityCase;
import sensorium.nn.ParityCase.Run;
import sensorium.nn.Patches;
import sensorium.nn.WeightNames;
import sensorium.tensor.Tensor;
import sensorium.text.TextEncoder;
import sensorium.text.bert.SentenceTower;
import sensorium.vision.HuggingFaceVit;
import sensorium.vision.PictureAutoencoder;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.Vit;

/**
 * Models that were trained here, by the names of what they are given and compute: inputs and outputs as published models of their kind
 * have them, intermediates by their paths, which are those of the weights. One that was fine-tuned has the names of its checkpoints.
 */
final class RunCases {
    private static final String INPUT = "input.";
    private static final double TOLERANCE = 2e-5;

    private RunCases() {}

    /** @throws BadInputException if it is fed what is no file and no text */
    static ParityCase of(OpenedModel opened, Path folder) {
        return switch (opened) {
            case OpenedModel.Classes c -> classifier(c.model());
            case OpenedModel.Space s -> space(s.model());
            case OpenedModel.Captions c -> captioner(c.model().model());
            case OpenedModel.Hearing h -> speech(h.model().model());
            case OpenedModel.Tokens t -> tokens(t.model());
            case OpenedModel.Maps m -> maps(m.model());
            case OpenedModel.Codec c -> sounds(c.model());
            case OpenedModel.Published(Vit vit, var _, var _) -> HuggingFaceVit.parity(vit, folder);
            case OpenedModel.Sounds(Ast ast, var _) -> HuggingFaceAst.parity(ast, true);
            case OpenedModel.Sounds(KeywordTransformer kwt, var _) -> KwtCheckpoint.parity(kwt);
            case OpenedModel other ->
                throw new BadInputException(folder + ": a " + other.kind()
                        + " model, which is run by commands of its own (generate), not on raw tensors");
        };
    }

    private static ParityCase of(Module model, List<ModelInput> inputs, Run run) {
        return ParityCase.traced(model, WeightNames.of(), inputs, TOLERANCE, run);
    }

    private static ModelInput seen(String name, Patches.Config c) {
        return ModelInput.pictures(INPUT + name, c.channels(), c.height(), c.width());
    }

    private static ParityCase classifier(Classifier model) {
        ModelInput input =
                seen(Preprocessing.name(model), model.config().encoder().patches());
        return of(
                model,
                List.of(input),
                (in, results) -> results.accept("output.logits", model.forward(in.get(input.name()))));
    }

    /** Any of the senses; a text alone. */
    private static ParityCase space(SharedSpace model) {
        SharedSpaceConfig c = model.config();
        ModelInput picture = seen(Preprocessing.PIXELS, c.picture().patches()).optional();
        Axis sounds = Axis.any("S");
        Patches.Config heard = c.sound().patches();
        ModelInput sound = ModelInput.numbers(
                        INPUT + Preprocessing.FEATURES,
                        sounds,
                        Axis.of(heard.channels()),
                        Axis.of(heard.height()),
                        Axis.of(heard.width()))
                .optional();
        int vocabulary;
        int longest;
        switch (c.text()) {
            case TextEncoder.Config grams -> {
                vocabulary = grams.grams().buckets();
                longest = grams.longest();
            }
            case SentenceTower.Config sentences -> {
                vocabulary = sentences.bert().vocabulary();
                longest = sentences.head().longest();
            }
            default -> throw new IllegalStateException("a tower of texts that is not known: " + c.text());
        }
        Axis tokens = Axis.any("N");
        ModelInput ids =
                ModelInput.ids(INPUT + Preprocessing.IDS, vocabulary, tokens).optional();
        ModelInput words =
                ModelInput.ids(INPUT + Preprocessing.WORDS, longest, tokens).optional();
        return of(model, List.of(picture, sound, ids, words), (in, results) -> {
            if (in.has(picture.name())) {
                results.accept("output.image_embeds", model.ofPictures(in.get(picture.name())));
            }
            if (in.has(sound.name())) {
                results.accept("output.audio_embeds", model.ofSounds(in.get(sound.name())));
            }
            if (in.has(ids.name()) || in.has(words.name())) {
                int[][] text = text(in.get(ids.name()), in.get(words.name()));
                results.accept(
                        "output.text_embeds", model.ofTexts(TextEncoder.Batch.of(Collections.singletonList(text))));
            }
        });
    }

    /** Ids (N), and to which word each belongs (N), → the ids of each word. */
    private static int[][] text(Tensor ids, Tensor words) {
        long[] id = ids.toLongs();
        long[] word = words.toLongs();
        List<List<Integer>> text = new ArrayList<>();
        for (int i = 0; i < id.length; i++) {
            while (text.size() <= word[i]) {
                text.add(new ArrayList<>());
            }
            text.get((int) word[i]).add((int) id[i]);
        }
        return text.stream()
                .map(grams -> grams.stream().mapToInt(gram -> gram).toArray())
                .toArray(int[][]::new);
    }

    /** With units of a text before it, what follows each. */
    private static ParityCase captioner(Captioner model) {
        Captioner.Config c = model.config();
        Axis pictures = Axis.any("B");
        ModelInput pixels = ModelInput.pictures(INPUT + Preprocessing.PIXELS, 3, c.side(), c.side());
        ModelInput ids = ModelInput.ids(
                        INPUT + Preprocessing.IDS, model.start() + 1L, pictures, Axis.upTo("N", c.length() + 1))
                .optional();
        return of(model, List.of(pixels, ids), (in, results) -> {
            Tensor seen = model.see(in.get(pixels.name()));
            results.accept("output.encoder_last_hidden_state", seen);
            if (in.has(ids.name())) {
                results.accept("output.logits", model.forward(seen, in.get(ids.name())));
            }
        });
    }

    private static ParityCase speech(SpeechModel model) {
        List<ModelInput> inputs = HuggingFaceWhisper.inputs(model.whisper());
        return of(model, inputs, (in, results) -> {
            Tensor heard = HuggingFaceWhisper.run(model.whisper(), in, results);
            results.accept("output.ctc_logits", model.logits(heard));
        });
    }

    private static ParityCase tokens(PictureTokenizer model) {
        ModelInput pixels = made(model.channels(), model.side());
        return of(model, List.of(pixels), (in, results) -> {
            Tensor tokens = model.tokens(in.get(pixels.name()));
            results.accept("output.indices", tokens);
            results.accept("output.decoded", model.picture(tokens));
        });
    }

    private static ParityCase maps(PictureAutoencoder model) {
        ModelInput pixels = made(model.channels(), model.side());
        return of(model, List.of(pixels), (in, results) -> {
            Tensor mean = model.encode(in.get(pixels.name()));
            results.accept("output.mean", mean);
            results.accept("output.decoded", model.decode(mean));
        });
    }

    private static ModelInput made(int channels, int side) {
        return ModelInput.pictures(INPUT + Preprocessing.PIXELS, channels, side, side);
    }

    private static ParityCase sounds(SoundCodec model) {
        ModelInput samples = ModelInput.numbers(INPUT + Preprocessing.VALUES, Axis.any("B"), Axis.any("L"));
        return of(model, List.of(samples), (in, results) -> {
            Tensor codes = model.tokens(in.get(samples.name()));
            results.accept("output.audio_codes", codes);
        });
    }
}
