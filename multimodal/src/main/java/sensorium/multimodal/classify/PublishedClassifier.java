package sensorium.multimodal.classify;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import sensorium.audio.Ast;
import sensorium.audio.AudioFile;
import sensorium.audio.HuggingFaceAst;
import sensorium.audio.KeywordTransformer;
import sensorium.audio.KwtCheckpoint;
import sensorium.audio.SoundClassifier;
import sensorium.memory.Scope;
import sensorium.multimodal.data.Sound;
import sensorium.nn.CheckpointFormat;
import sensorium.nn.Module;
import sensorium.nn.PublishedFolder;
import sensorium.nn.Trained;
import sensorium.nn.Weights;
import sensorium.tensor.Tensor;
import sensorium.vision.HuggingFaceVit;
import sensorium.vision.ImageProcessor;
import sensorium.vision.Vit;

/** A published model that tells classes apart, with what its inputs go through before: to be scored, or taught something else. */
public sealed interface PublishedClassifier extends ClassificationModel {
    /** The whole model. */
    Module whole();

    Sense sense();

    /** How its checkpoints store it. */
    CheckpointFormat format();

    /** The parts that tell classes apart: all that is trained where the rest stays as it was published. */
    Set<String> head();

    /** The same under a new head, for other classes. */
    PublishedClassifier withHead(List<String> labels, Weights w);

    /** The same with the model changed, which stays of its class. */
    PublishedClassifier with(UnaryOperator<Module> change);

    /**
     * Writes the model as a folder that its reference library opens.
     *
     * @throws sensorium.BadInputException if it cannot be written
     */
    void save(Path target, PublishedFolder from);

    @Override
    default Module module() {
        return new Trained(whole());
    }

    /** @param preprocessing what pictures go through before */
    record OfPictures(Vit model, ImageProcessor preprocessing) implements PublishedClassifier {
        @Override
        public Module whole() {
            return model;
        }

        @Override
        public Sense sense() {
            return Sense.PICTURE;
        }

        @Override
        public List<String> labels() {
            return model.config().labels();
        }

        @Override
        public CheckpointFormat format() {
            return HuggingFaceVit.FORMAT;
        }

        @Override
        public Set<String> head() {
            return Set.of("head");
        }

        @Override
        public Tensor forward(Tensor pixels) {
            return model.forward(pixels);
        }

        @Override
        public OfPictures withHead(List<String> labels, Weights w) {
            return new OfPictures(model.withHead(labels, w), preprocessing);
        }

        @Override
        public OfPictures with(UnaryOperator<Module> change) {
            return new OfPictures((Vit) change.apply(model), preprocessing);
        }

        @Override
        public void save(Path target, PublishedFolder from) {
            HuggingFaceVit.save(model, target, Optional.of(from));
        }
    }

    /** AST and KWT. */
    record OfSounds(SoundClassifier model) implements PublishedClassifier {
        @Override
        public Module whole() {
            return model;
        }

        @Override
        public Sense sense() {
            return Sense.SOUND;
        }

        @Override
        public List<String> labels() {
            return model.labels();
        }

        @Override
        public CheckpointFormat format() {
            return switch (model) {
                case Ast _ -> HuggingFaceAst.FORMAT;
                case KeywordTransformer k -> KwtCheckpoint.format(k.config());
            };
        }

        /** AST's head is a norm and a linear map. */
        @Override
        public Set<String> head() {
            return model instanceof Ast ? Set.of("norm", "head") : Set.of("head");
        }

        /** (B, 1, frames, features) → (B, labels). */
        @Override
        public Tensor forward(Tensor heard) {
            return model.forward(heard.squeeze(1));
        }

        /** A sound as the model hears it, and in {@code shape} how many frames and features that are. */
        float[] heard(Sound sound, int[] shape) {
            return Scope.tidy(() -> {
                Tensor heard = model.heard(AudioFile.decode(sound.file()).mono());
                shape[0] = heard.dim(0);
                shape[1] = heard.dim(1);
                return heard.toFloats();
            });
        }

        @Override
        public OfSounds withHead(List<String> labels, Weights w) {
            return new OfSounds(model.withHead(labels, w));
        }

        @Override
        public OfSounds with(UnaryOperator<Module> change) {
            return new OfSounds((SoundClassifier) change.apply(model));
        }

        @Override
        public void save(Path target, PublishedFolder from) {
            switch (model) {
                case Ast ast -> HuggingFaceAst.save(ast, target, Optional.of(from));
                case KeywordTransformer kwt -> KwtCheckpoint.save(kwt, target, Optional.of(from));
            }
        }
    }
}
