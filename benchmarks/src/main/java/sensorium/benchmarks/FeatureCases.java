package sensorium.benchmarks;

import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.InterpolateFuncOptions;
import org.bytedeco.pytorch.InterpolateMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.LongVectorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.kBicubic;
import sensorium.audio.LogMel;
import sensorium.audio.MelFilterbank;
import sensorium.audio.Window;
import sensorium.tensor.Tensor;
import sensorium.vision.Picture;
import sensorium.vision.Resize;

/** From samples and pixels to what models take. The peer is the same composed in libtorch, as torchaudio and Whisper do it. */
final class FeatureCases {
    private static final int RATE = 16_000;

    private FeatureCases() {}

    static List<Case> all() {
        return List.of(
                new Case(
                        "features/whisper log-mel 30 s",
                        Roof.FMA,
                        FftCases.flops(3000, 400),
                        1e-3,
                        FeatureCases::whisper),
                new Case("features/kaldi fbank 10 s", Roof.FMA, FftCases.flops(998, 512), 1e-3, FeatureCases::kaldi),
                // 12 taps a row and 9 a column, of three channels; pixels may round either way
                new Case(
                        "features/resize 640x480-224 bicubic",
                        Roof.FMA,
                        2.0 * 3 * 224 * (480 * 12 + 224 * 9),
                        1.01 / 200, // a level, of the largest there is
                        FeatureCases::resize));
    }

    private static List<Engine> whisper() {
        var config = LogMel.Config.whisper(80);
        var ours = new LogMel(config);
        Tensor sound = Inputs.normal(30 * RATE);
        var samples = Torch.view(sound);
        var window = new TensorOptional(window(Window.HANN, 400));
        var bank = bank(config.mel());
        var floor = new Scalar(1e-10f);
        return List.of(Ours.of(() -> ours.of(sound)), Torch.of(() -> {
            // log_mel_spectrogram of openai/whisper
            var stft = torch.stft(
                    samples,
                    400,
                    new LongOptional(160),
                    new LongOptional(400),
                    window,
                    true,
                    new BytePointer("reflect"),
                    false,
                    new BoolOptional(true),
                    new BoolOptional(true),
                    new BoolOptional());
            var power = torch.view_as_real(stft.narrow(1, 0, 3000)).square().sum(-1); // (201, 3000)
            var log = torch.matmul(bank, power).clamp_min(floor).log10(); // (80, 3000)
            var raised = torch.maximum(log, log.max().sub(new Scalar(8f)));
            return raised.add(new Scalar(4f)).div(new Scalar(4f)).t();
        }));
    }

    private static List<Engine> kaldi() {
        var config = LogMel.Config.kaldi(80);
        var ours = new LogMel(config);
        Tensor sound = Inputs.normal(10 * RATE);
        var samples = Torch.view(sound);
        var window = window(Window.POVEY, 400);
        var bank = bank(config.mel()).t();
        var emphasis = new Scalar(0.97f);
        var floor = new Scalar(1.1920929e-7f);
        return List.of(Ours.of(() -> ours.of(sound)), Torch.of(() -> {
            // torchaudio.compliance.kaldi.fbank
            var frames = samples.unfold(0, 400, 160); // (998, 400)
            var centred = frames.sub(frames.mean(new long[] {1}, true, new org.bytedeco.pytorch.ScalarTypeOptional()));
            var before = torch.cat(new TensorVector(centred.narrow(1, 0, 1), centred.narrow(1, 0, 399)), 1);
            var windowed = centred.sub(before.mul(emphasis)).mul(window);
            return torch.matmul(FftCases.power(windowed, 512), bank)
                    .clamp_min(floor)
                    .log(); // (998, 80)
        }));
    }

    private static List<Engine> resize() {
        var pixels = new byte[480 * 640 * 3];
        float[] levels = Inputs.uniform(pixels.length).toFloats();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (256 * levels[i]);
        }
        var picture = new Picture(640, 480, 3, pixels);
        var theirs = torch.from_blob(
                        new BytePointer(pixels), new long[] {1, 480, 640, 3}, new TensorOptions(ScalarType.Byte))
                .permute(0, 3, 1, 2)
                .contiguous(MemoryFormat.ChannelsLast);
        var options = new InterpolateFuncOptions();
        options.size().put(new LongVectorOptional(new LongVector(224, 224)));
        options.mode().put(new InterpolateMode(new kBicubic()));
        options.align_corners().put(false);
        options.antialias().put(true);
        return List.of(
                new InJava<>(
                        Ours.NAME, () -> Resize.resize(picture, 224, 224, Resize.Filter.BICUBIC), FeatureCases::levels),
                Torch.of(() -> torch.interpolate(theirs, options).permute(0, 2, 3, 1)));
    }

    private static float[] levels(Picture picture) {
        byte[] bytes = picture.bytes();
        var levels = new float[bytes.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = bytes[i] & 0xFF;
        }
        return levels;
    }

    private static org.bytedeco.pytorch.Tensor window(Window window, int n) {
        double[] values = window.values(n);
        var floats = new float[n];
        for (int i = 0; i < n; i++) {
            floats[i] = (float) values[i];
        }
        return Torch.view(Tensor.of(floats, n).keep());
    }

    /** (bands, bins) */
    private static org.bytedeco.pytorch.Tensor bank(MelFilterbank.Config config) {
        return Torch.view(Tensor.of(new MelFilterbank(config).matrix(), config.bands(), config.nFft() / 2 + 1)
                .keep());
    }
}
