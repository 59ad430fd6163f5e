package sensorium.app;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sensorium.app.report.AttentionView;
import sensorium.app.report.Html;
import sensorium.app.report.MelView;
import sensorium.audio.SoundBank;
import sensorium.audio.Spectrogram;
import sensorium.audio.Waveform;
import sensorium.memory.Scope;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.SharedSpace;
import sensorium.nn.Trace;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.PictureAugment;
import sensorium.vision.PictureBank;

/** What the towers of a shared space attend to, taken from a trace of the very pass that makes a vector. */
final class LookInside {
    private final SharedSpace space;

    LookInside(SharedSpace space) {
        this.space = space;
    }

    Html picture(String name, Picture picture) {
        int side = space.config().side();
        var augment = new PictureAugment(PictureBank.of(List.of(picture), side * 2), side, Embedder.PLAIN, 0);
        var pixels = new float[augment.length()];
        augment.draw(0, 0, pixels, 0);
        var patches = space.config().picture().patches();
        int rows = patches.rows(side);
        int columns = patches.columns(side);
        Weights weights = traced("picture", rows * columns, Tensor.of(pixels, 1, 3, side, side));
        return new AttentionView(name, shown(pixels, side), rows, columns, weights.heads, weights.patches).html();
    }

    Html sound(String name, Waveform sound) {
        SoundBank.Config hearing = space.config().hearing().plain();
        var bank = new SoundBank(hearing);
        bank.add(bank.prepare(sound));
        var mel = new float[bank.length()];
        bank.draw(0, mel, 0);
        int frames = bank.frames();
        int bands = bank.length() / frames;
        var patches = space.config().sound().patches();
        int rows = patches.rows(frames);
        int columns = patches.columns(bands);
        Weights weights = traced("sound", rows * columns, Tensor.of(mel, 1, 1, frames, bands));
        var filters = hearing.mel().mel();
        return new MelView(
                        name,
                        sound,
                        new Spectrogram(mel, frames, bands),
                        hearing.seconds(),
                        filters.fMin(),
                        filters.fMax(),
                        weights.heads.stream()
                                .map(w -> overBands(w, rows, columns))
                                .toList())
                .html();
    }

    /**
     * @param heads (heads, tokens) what is read: by the pooling probe, or where there is none by all tokens of the last block
     * @param patches (tokens, tokens) of the last block, mean over its heads
     */
    private record Weights(List<float[]> heads, float[][] patches) {}

    private Weights traced(String tower, int tokens, Tensor input) {
        return Scope.tidy(() -> {
            try (Trace trace =
                    Trace.of(space, () -> tower.equals("picture") ? space.ofPictures(input) : space.ofSounds(input))) {
                Optional<Tensor> probe = find(trace.tensors(), tower + ".pooling.");
                Optional<Tensor> block = find(trace.tensors(), tower + ".transformer.");
                float[][] patches = new float[tokens][tokens];
                block.ifPresent(w -> {
                    int heads = w.dim(1);
                    int front = w.dim(3) - tokens; // class tokens come first
                    float[] all = w.toFloats();
                    for (int h = 0; h < heads; h++) {
                        for (int q = 0; q < tokens; q++) {
                            int row = ((h * w.dim(2)) + front + q) * w.dim(3) + front;
                            for (int k = 0; k < tokens; k++) {
                                patches[q][k] += all[row + k] / heads;
                            }
                        }
                    }
                });
                return new Weights(
                        probe.or(() -> block.map(w -> w.mean(true, 2)))
                                .map(w -> heads(w, tokens))
                                .orElse(List.of()),
                        patches);
            }
        });
    }

    /** The last attention weights (1, H, T, S) under a path. */
    private static Optional<Tensor> find(Map<String, Tensor> tensors, String path) {
        return tensors.entrySet().stream()
                .filter(e -> e.getKey().startsWith(path) && e.getKey().endsWith("attention.weights"))
                .map(Map.Entry::getValue)
                .reduce((_, last) -> last);
    }

    private static List<float[]> heads(Tensor weights, int tokens) {
        float[] all = weights.toFloats();
        int keys = weights.dim(3);
        List<float[]> heads = new ArrayList<>();
        for (int from = keys - tokens; from + tokens <= all.length; from += keys) {
            heads.add(Arrays.copyOfRange(all, from, from + tokens));
        }
        return heads;
    }

    private static float[] overBands(float[] weights, int rows, int columns) {
        var times = new float[rows];
        for (int i = 0; i < weights.length; i++) {
            times[i / columns] += weights[i];
        }
        return times;
    }

    /** Planes of 0…1 → a picture. */
    private static Picture shown(float[] pixels, int side) {
        int plane = side * side;
        var bytes = new byte[3 * plane];
        for (int i = 0; i < plane; i++) {
            for (int c = 0; c < 3; c++) {
                bytes[3 * i + c] = (byte) Math.round(255 * Math.clamp(pixels[c * plane + i], 0, 1));
            }
        }
        return new Picture(side, side, 3, bytes);
    }
}
