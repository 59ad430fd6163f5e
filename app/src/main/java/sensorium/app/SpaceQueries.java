package sensorium.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import sensorium.app.report.Html;
import sensorium.app.report.Media;
import sensorium.app.report.QueryCard;
import sensorium.audio.Waveform;
import sensorium.multimodal.Embedder;
import sensorium.multimodal.data.Item;
import sensorium.multimodal.stamps.StampsProtocol;
import sensorium.vision.Picture;

/** The questions that a report puts to a shared space, with the answers as they come, right or wrong. */
final class SpaceQueries {
    private static final int ANSWERS = 5;
    private static final List<String> ASKED_ABROAD = List.of("horse", "guitar", "duck", "cow", "elephant");

    private final Embedder embedder;
    private final SpaceData data;
    private final Gallery<Picture> pictures;
    private final Gallery<Waveform> sounds;
    private final List<Html> cards = new ArrayList<>();

    /** @param sounds without words */
    SpaceQueries(Embedder embedder, SpaceData data, Gallery<Picture> pictures, Gallery<Waveform> sounds) {
        this.embedder = embedder;
        this.data = data;
        this.pictures = pictures;
        this.sounds = sounds;
    }

    Html html() {
        if (!pictures.isEmpty()) {
            wordsToPictures();
            data.protocol().ifPresent(this::foreignWords);
            for (var voice : sounds.examples(3)) {
                card("a sound → pictures", player(voice), voice.name(), voice.name(), voice.vector(), this::ofPictures);
            }
            for (var speech : Gallery.ofSpeech(data.training(), embedder).examples(1)) {
                card(
                        "spoken → pictures",
                        player(speech),
                        speech.name(),
                        speech.name(),
                        speech.vector(),
                        this::ofPictures);
            }
        }
        if (!sounds.isEmpty()) {
            for (var seen : withSound()) {
                card("a picture → sounds", picture(seen), seen.name(), seen.name(), seen.vector(), this::ofSounds);
            }
        }
        if (!pictures.isEmpty()) {
            for (var unseen : Gallery.ofPictures(unseen(), embedder).examples(2)) {
                String kind = "a picture never seen → pictures";
                card(kind, picture(unseen), unseen.name(), unseen.name(), unseen.vector(), this::ofPictures);
            }
        }
        return Html.of("<div class=\"queries\">{}</div>", cards);
    }

    private void wordsToPictures() {
        for (var example : pictures.examples(3)) {
            Optional<String> words = example.item().captions().stream()
                    .map(c -> c.text())
                    .findFirst()
                    .or(() -> example.item().label());
            words.ifPresent(text -> words("words → pictures", text, "", example.name()));
        }
    }

    /** Captions in a language that was never trained on. */
    private void foreignWords(StampsProtocol protocol) {
        List<String> names = StampsProtocol.keys(protocol.train());
        protocol.captionsNotTrainedOn("pt").stream()
                .filter(q -> ASKED_ABROAD.contains(names.get(q.item())))
                .limit(2)
                .forEach(q -> words(
                        "Portuguese, never trained on → pictures",
                        q.query(),
                        names.get(q.item()),
                        names.get(q.item())));
    }

    private void words(String kind, String text, String gloss, String name) {
        card(kind, QueryCard.words(text), gloss, name, embedder.texts(List.of(text))[0], this::ofPictures);
    }

    private List<Gallery.Entry<Picture>> withSound() {
        List<String> heard = sounds.entries().stream().map(Gallery.Entry::name).toList();
        var heardToo = pictures.entries().stream()
                .filter(p -> heard.contains(p.name()))
                .toList();
        return new Gallery<>(heardToo, pictures.skipped()).examples(3);
    }

    private List<Item> unseen() {
        return data.protocol()
                .map(StampsProtocol::known)
                .orElseGet(() -> data.folder().splits().isEmpty()
                        ? List.of()
                        : data.folder().forEvaluation());
    }

    private void card(
            String kind,
            Html query,
            String gloss,
            String name,
            float[] vector,
            Function<float[], List<? extends Gallery.Hit<?>>> search) {
        List<QueryCard.Answer> answers = new ArrayList<>();
        for (Gallery.Hit<?> hit : search.apply(vector)) {
            String found = hit.entry().name();
            answers.add(new QueryCard.Answer(shown(hit.entry()), found, hit.score(), found.equals(name)));
        }
        cards.add(new QueryCard(kind, query, gloss, answers).html());
    }

    private List<? extends Gallery.Hit<?>> ofPictures(float[] vector) {
        return pictures.nearest(vector, ANSWERS);
    }

    private List<? extends Gallery.Hit<?>> ofSounds(float[] vector) {
        return sounds.nearest(vector, ANSWERS);
    }

    private static Html shown(Gallery.Entry<?> entry) {
        return switch (entry.value()) {
            case Picture p -> Media.picture(p, entry.name());
            case Waveform w -> Media.player(w, entry.name());
            default -> throw new IllegalArgumentException("neither picture nor sound");
        };
    }

    private static Html picture(Gallery.Entry<Picture> entry) {
        return Media.picture(entry.value(), entry.name());
    }

    private static Html player(Gallery.Entry<Waveform> entry) {
        return Media.player(entry.value(), entry.name());
    }
}
