package sensorium.multimodal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import sensorium.audio.AudioAugment;
import sensorium.memory.Scope;
import sensorium.multimodal.data.Caption;
import sensorium.nn.Losses;
import sensorium.nn.Module;
import sensorium.nn.Parameter;
import sensorium.nn.training.Descent;
import sensorium.nn.training.Epochs;
import sensorium.nn.training.Grouping;
import sensorium.nn.training.Loss;
import sensorium.nn.training.Recipe;
import sensorium.nn.training.Schedule;
import sensorium.nn.training.Step;
import sensorium.op.Primitive;
import sensorium.random.Philox;
import sensorium.tensor.Tensor;
import sensorium.text.TextEncoder;
import sensorium.vision.Augmentation;
import sensorium.vision.FilmAugment;

/**
 * How a shared space is learnt: first the words, by telling which captions belong to the same thing across languages and
 * misspellings; then, with the words locked in place (Zhai et al., arXiv 2111.07991), pictures and sounds side by side, each
 * drawn to the words of what it shows and away from those of everything else in the data.
 */
public final class SharedSpaceRecipe implements Recipe<SharedSpaceRecipe.Batch> {
    /**
     * @param wordShare share of the steps that go to the words
     * @param texts items whose captions make a batch of words; each is seen twice
     * @param pictures pictures in a batch
     * @param sounds sounds in a batch
     * @param pull weight of the distance to one's own words, beside telling them from all others
     * @param gramDropout probability of an n-gram not being read
     * @param misspelling probability of a character being changed
     * @param anchorCaptions captions of a concept that its anchor is the mean of, at most; of more some are taken, evenly
     * @param seeing how pictures are varied
     * @param hearing how sounds are varied
     */
    public record Options(
            double wordShare,
            int texts,
            int pictures,
            int sounds,
            double pull,
            double gramDropout,
            double misspelling,
            int anchorCaptions,
            Augmentation seeing,
            AudioAugment.Config hearing) {
        public static final Options STANDARD = new Options(
                0.12, 512, 64, 64, 6, 0.5, 0.08, Integer.MAX_VALUE, Augmentation.TRAINING, AudioAugment.Config.mild());

        /** For a text tower that is a hundred times as dear and has little to learn. */
        public static final Options SENTENCES =
                new Options(0.2, 64, 64, 64, 6, 0, 0.08, 8, Augmentation.TRAINING, AudioAugment.Config.mild());
    }

    /** A batch of words, or one of pictures and sounds; concepts are the targets. */
    @SuppressWarnings("ArrayRecordComponent") // a batch is never compared
    public record Batch(
            TextEncoder.Batch texts,
            long[] textConcepts,
            float[] pixels,
            long[] pictureConcepts,
            float[] mels,
            long[] soundConcepts) {}

    private static final String TEXT = "text.";
    private static final double WORD_SCALE = 10;
    private static final int ANCHOR_BATCH = 256;
    private static final double MOST_SCALE = Math.log(20);

    private final SharedSpace space;
    private final Material material;
    private final Options options;
    private final long seed;
    private final FilmAugment seeing;
    private final AudioAugment hearing;
    private final int[] pictureItems;
    private final int[] soundItems;
    private final List<List<Caption>> captions; // of each concept
    private final Epochs wordOrder;
    private final Epochs pictureOrder;
    private final Epochs soundOrder;
    private Tensor anchors; // (concepts, D), once the words are locked
    private boolean begun; // afresh or continued

    public SharedSpaceRecipe(SharedSpace space, Material material, Options options, long seed) {
        this.space = space;
        this.material = material;
        this.options = options;
        this.seed = seed;
        this.seeing = new FilmAugment(
                material.pictures(), space.config().side(), space.config().deep(), options.seeing, seed);
        this.hearing = new AudioAugment(options.hearing, material.sounds().logMel());
        this.pictureItems = material.pictureItems();
        this.soundItems = material.soundItems();
        this.captions = captionsByConcept(material);
        // Each order has a seed of its own, so that the draws of one say nothing about another.
        this.wordOrder = new Epochs(captions.size(), Math.min(options.texts, captions.size()), seed + 1);
        this.pictureOrder = new Epochs(Math.max(1, pictureItems.length), options.pictures, seed + 2);
        this.soundOrder = new Epochs(Math.max(1, soundItems.length), options.sounds, seed + 3);
    }

    /** A concept without captions is known by its name: the label. */
    private static List<List<Caption>> captionsByConcept(Material m) {
        List<List<Caption>> captions = new ArrayList<>();
        m.concepts().forEach(_ -> captions.add(new ArrayList<>()));
        for (int i = 0; i < m.items().size(); i++) {
            captions.get(m.conceptOfItem(i)).addAll(m.items().get(i).captions());
        }
        for (int c = 0; c < captions.size(); c++) {
            if (captions.get(c).isEmpty()) {
                captions.get(c).add(new Caption("", m.concepts().get(c)));
            }
        }
        return captions;
    }

    /** How the weights move: fast for the words, each stage with a warm-up and a cosine of its own. */
    public Descent descent() {
        var stage = new Schedule.Cosine(0.05, 0);
        return Descent.adamW(4e-3)
                .withClip(0) // Adam forgets the length of a gradient anyway
                .withSchedule(new Schedule.InTurn(options.wordShare, stage, stage))
                .withGrouping(Grouping.standard().rate("text\\..*", 2.5).rate("text\\.transformer.*", 0.3));
    }

    @Override
    public Module model() {
        return space;
    }

    private boolean learnsWords(Step step) {
        return step.fraction() < options.wordShare;
    }

    @Override
    public Batch batch(Step step) {
        return learnsWords(step) ? words(step.batch()) : senses(step.batch());
    }

    /** Every chosen concept twice, in different words where it has them. */
    private Batch words(long number) {
        int[] order = wordOrder.batch(number);
        int n = order.length;
        List<int[][]> texts = new ArrayList<>();
        long[] concepts = new long[2 * n];
        for (int i = 0; i < n; i++) {
            List<Caption> known = captions.get(order[i]);
            Philox draw = Philox.keyed(seed, 2, number, order[i]);
            int first = draw.below(0, known.size());
            int second = known.size() == 1 ? 0 : (first + 1 + draw.below(1, known.size() - 1)) % known.size();
            concepts[2 * i] = order[i];
            concepts[2 * i + 1] = order[i];
            texts.add(noisy(known.get(first).text(), Philox.keyed(seed, 3, number, order[i])));
            texts.add(noisy(known.get(second).text(), Philox.keyed(seed, 4, number, order[i])));
        }
        return new Batch(TextEncoder.Batch.of(texts), concepts, null, null, null, null);
    }

    /** A misspelt text as it is read, some of its n-grams missing. */
    private int[][] noisy(String text, Philox random) {
        var spelt = new StringBuilder();
        int draw = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            double u = random.uniform(draw++) / options.misspelling;
            char other = text.charAt(random.below(draw++, text.length()));
            if (u >= 1) {
                spelt.append(c);
            } else if (u > 2.0 / 3) {
                spelt.append(other);
            } else if (u > 1.0 / 3) {
                spelt.append(c).append(other);
            }
        }
        int[][] words = space.text().read(spelt.toString());
        if (space.text().readsWhole()) {
            return words;
        }
        for (int w = 0; w < words.length; w++) {
            int from = draw;
            int[] grams = words[w];
            int[] kept = IntStream.range(0, grams.length)
                    .filter(g -> random.uniform(from + g) >= options.gramDropout)
                    .map(g -> grams[g])
                    .toArray();
            draw += grams.length;
            words[w] = kept;
        }
        return words;
    }

    private Batch senses(long number) {
        int seen = pictureItems.length == 0 ? 0 : options.pictures;
        int heard = soundItems.length == 0 ? 0 : options.sounds;
        float[] pixels = new float[seen * seeing.length()];
        long[] pictureConcepts = new long[seen];
        int[] chosen = seen == 0 ? new int[0] : pictureOrder.batch(number);
        for (int i = 0; i < seen; i++) {
            seeing.draw(chosen[i], number * seen + i, pixels, i * seeing.length());
            pictureConcepts[i] = material.conceptOfItem(pictureItems[chosen[i]]);
        }
        float[] mels = new float[heard * material.sounds().length()];
        long[] soundConcepts = new long[heard];
        int[] playing = heard == 0 ? new int[0] : soundOrder.batch(number);
        for (int i = 0; i < heard; i++) {
            long key = number * heard + i;
            material.sounds()
                    .draw(
                            playing[i],
                            hearing,
                            seed,
                            key,
                            mels,
                            i * material.sounds().length());
            soundConcepts[i] = material.conceptOfItem(soundItems[playing[i]]);
        }
        return new Batch(null, null, pixels, pictureConcepts, mels, soundConcepts);
    }

    /** In their part of the run only the words learn; after it they are locked, and where each concept lies is kept. */
    @Override
    public void begin(Step step) {
        boolean words = learnsWords(step);
        if (!begun || words != (anchors == null)) {
            begun = true;
            space.parameters().forEach((path, p) -> p.setTrainable(learns(path, words)));
            if (anchors != null) {
                anchors.release();
            }
            anchors = words ? null : Scope.tidy(this::anchorsNow).keep();
        }
    }

    private boolean learns(String path, boolean words) {
        return path.startsWith(TEXT) ? words && space.text().learns(path.substring(TEXT.length())) : !words;
    }

    /** Of each concept the mean direction of its captions. */
    private Tensor anchorsNow() {
        List<Tensor> sums = new ArrayList<>();
        for (int from = 0; from < captions.size(); from += ANCHOR_BATCH) {
            List<List<Caption>> some = captions.subList(from, Math.min(captions.size(), from + ANCHOR_BATCH));
            List<int[][]> texts = new ArrayList<>();
            List<Long> owner = new ArrayList<>();
            for (int c = 0; c < some.size(); c++) {
                List<Caption> known = some.get(c);
                int taken = Math.clamp(options.anchorCaptions, 1, known.size());
                for (int i = 0; i < taken; i++) {
                    Caption caption = known.get((int) ((long) i * known.size() / taken));
                    texts.add(space.text().read(caption.text()));
                    owner.add((long) c);
                }
            }
            Tensor owners = Tensor.of(owner.stream().mapToLong(Long::longValue).toArray(), owner.size());
            sums.add(Scope.tidy(() ->
                    space.ofTexts(TextEncoder.Batch.of(texts)).apply(new Primitive.IndexAdd(0, some.size()), owners)));
        }
        return Tensor.concat(0, sums).normalize(-1, 1e-6);
    }

    @Override
    public Loss loss(Batch batch, Step step) {
        if (batch.texts != null) {
            Tensor z = space.ofTexts(batch.texts); // (2n, D)
            List<Tensor> views =
                    z.reshape(z.dim(0) / 2, 2, z.dim(1)).permute(1, 0, 2).chunk(0, 2);
            Tensor first = views.get(0).squeeze(0);
            Tensor second = views.get(1).squeeze(0);
            Tensor scale = Tensor.full(WORD_SCALE, 1);
            long[] half = IntStream.range(0, z.dim(0) / 2)
                    .mapToLong(i -> batch.textConcepts[2 * i])
                    .toArray();
            return new Loss(Losses.infoNce(first, second, scale, Losses.positives(half, half)), z.dim(0));
        }
        Tensor total = Tensor.full(0, new int[0]);
        int items = 0;
        Map<String, Double> metrics = new LinkedHashMap<>();
        if (batch.pictureConcepts.length > 0) {
            var patches = space.config().picture().patches();
            Tensor pixels = Tensor.of(
                    batch.pixels, batch.pictureConcepts.length, patches.channels(), patches.height(), patches.width());
            total = total.plus(toAnchors(
                    space.ofPictures(pixels), batch.pictureConcepts, space.pictureScale(), "picture", metrics));
            items += batch.pictureConcepts.length;
        }
        if (batch.soundConcepts.length > 0) {
            int frames = material.sounds().frames();
            Tensor mels = Tensor.of(
                    batch.mels,
                    batch.soundConcepts.length,
                    1,
                    frames,
                    material.sounds().length() / frames);
            total = total.plus(
                    toAnchors(space.ofSounds(mels), batch.soundConcepts, space.soundScale(), "sound", metrics));
            items += batch.soundConcepts.length;
        }
        return new Loss(total, items, metrics);
    }

    /** Tell one's own words from all others, and come near them. */
    private Tensor toAnchors(Tensor z, long[] concepts, Parameter scale, String sense, Map<String, Double> metrics) {
        Tensor target = Tensor.of(concepts, concepts.length);
        Tensor cosines = z.matmul(anchors.t()); // (B, concepts)
        Tensor factor = scale.value().minimum(Tensor.full(MOST_SCALE, 1)).exp();
        Tensor choose = Losses.crossEntropy(cosines.times(factor), target);
        Tensor own = cosines.gather(1, target.unsqueeze(1)).mean();
        long[] best = cosines.detached().argMax(1).toLongs();
        long right = IntStream.range(0, best.length)
                .filter(i -> best[i] == concepts[i])
                .count();
        metrics.put(sense + "_accuracy", (double) right / best.length);
        return choose.plus(own.subtractedFrom(1).times(options.pull));
    }
}
