package sensorium.multimodal.model;

import sensorium.audio.SoundClassifier;
import sensorium.audio.SoundCodec;
import sensorium.audio.whisper.HuggingFaceWhisper;
import sensorium.diffusion.DiffusionPipeline;
import sensorium.multimodal.SharedSpace;
import sensorium.multimodal.caption.CaptionWriter;
import sensorium.multimodal.classify.Classifier;
import sensorium.multimodal.dual.Matcher;
import sensorium.multimodal.tokens.AnyToAny;
import sensorium.multimodal.transcribe.SpeechToText;
import sensorium.multimodal.transcribe.Transcriber;
import sensorium.text.bert.HuggingFaceBert;
import sensorium.text.bert.SentenceEncoder;
import sensorium.vision.ImageProcessor;
import sensorium.vision.PictureAutoencoder;
import sensorium.vision.PictureClassifier;
import sensorium.vision.PictureTokenizer;
import sensorium.vision.TokenPrior;

/** A model that was opened, and what is needed to use it. */
public sealed interface OpenedModel {
    /** What it is called in messages. */
    String kind();

    /** Words, pictures and sounds in one space. */
    record Space(SharedSpace model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.SHARED_SPACE;
        }
    }

    /** A classifier that was trained here. */
    record Classes(Classifier model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.CLASSIFY;
        }
    }

    /** A model that makes pictures of classes out of noise. */
    record Diffusion(DiffusionPipeline model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.DIFFUSION;
        }
    }

    /** Pictures as tokens and back. */
    record Tokens(PictureTokenizer model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.VQ;
        }
    }

    /** Pictures as maps of numbers and back. */
    record Maps(PictureAutoencoder model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.KL;
        }
    }

    /** Sounds as tokens and back. */
    record Codec(SoundCodec model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.SOUND_CODEC;
        }
    }

    /** What writes pictures of classes as tokens. */
    record Prior(TokenPrior model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.TOKENS;
        }
    }

    /** What goes from words, pictures and sounds to words, pictures and sounds. */
    record AnyTokens(AnyToAny model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.ANY_TO_ANY;
        }
    }

    /** What says of pictures what they show. */
    record Captions(CaptionWriter model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.CAPTION;
        }
    }

    /** What writes speech down and was trained here. */
    record Hearing(SpeechToText model) implements OpenedModel {
        @Override
        public String kind() {
            return ModelFolder.TRANSCRIBE;
        }
    }

    /**
     * A published model that tells pictures apart.
     *
     * @param preprocessing what its pictures go through before
     * @param kind its {@code model_type}
     */
    record Published(PictureClassifier model, ImageProcessor preprocessing, String kind) implements OpenedModel {}

    /**
     * A published model that makes vectors of pictures.
     *
     * @param kind its {@code model_type}
     */
    record Features(FeatureEye model, String kind) implements OpenedModel {}

    /** A published model of pictures, or of sounds, and texts. */
    record Pairs(Matcher model) implements OpenedModel {
        @Override
        public String kind() {
            return model.kind();
        }
    }

    /**
     * A published model that tells sounds apart.
     *
     * @param kind its {@code model_type}
     */
    record Sounds(SoundClassifier model, String kind) implements OpenedModel {}

    /** A published model that writes what is said. */
    record Speech(Transcriber model) implements OpenedModel {
        @Override
        public String kind() {
            return HuggingFaceWhisper.TYPE;
        }
    }

    /** A published model that makes vectors of texts. */
    record Sentences(SentenceEncoder model) implements OpenedModel {
        @Override
        public String kind() {
            return HuggingFaceBert.TYPE;
        }
    }
}
