package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.multimodal.data.Toy.Colour;
import sensorium.multimodal.data.Toy.Shape;
import sensorium.random.Philox;

/**
 * The toy's world in motion: four shapes in four colours move left, right, up or down, six times each, as animated GIFs with captions in three
 * languages and a sound. What moves can be heard: up and down are a melody that rises or falls, to the right it comes nearer, to the left it
 * goes away. The sixth of each is the split {@code test}; the label is the motion.
 */
final class ToyMotion {
    private static final int INSTANCES = 6;
    private static final List<Shape> SHAPES = List.of(Shape.CIRCLE, Shape.SQUARE, Shape.TRIANGLE, Shape.STAR);
    private static final List<Colour> COLOURS = List.of(Colour.RED, Colour.GREEN, Colour.BLUE, Colour.YELLOW);

    enum Motion {
        LEFT("left", "à gauche", "a la izquierda", -1, 0),
        RIGHT("right", "à droite", "a la derecha", 1, 0),
        UP("up", "en haut", "hacia arriba", 0, -1),
        DOWN("down", "en bas", "hacia abajo", 0, 1);

        private final String english;
        private final String french;
        private final String spanish;
        private final int x;
        private final int y;

        Motion(String english, String french, String spanish, int x, int y) {
            this.english = english;
            this.french = french;
            this.spanish = spanish;
            this.x = x;
            this.y = y;
        }

        /** −1 to the left, 1 to the right. */
        int x() {
            return x;
        }

        /** −1 up, 1 down. */
        int y() {
            return y;
        }
    }

    /** One thing of that world. */
    record Moving(Shape shape, Colour colour, Motion motion, int instance) {
        String fileName() {
            return "%s-%s-%s-%d".formatted(colour.english(), shape.english(), motion.english, instance);
        }

        List<Caption> captions() {
            return List.of(
                    new Caption("en", "a %s %s moving %s".formatted(colour.english(), shape.english(), motion.english)),
                    new Caption(
                            "fr",
                            "%s %s %s qui va %s"
                                    .formatted(
                                            shape.feminine() ? "une" : "un",
                                            shape.french(),
                                            colour.french(shape.feminine()),
                                            motion.french)),
                    new Caption(
                            "es",
                            "%s %s %s que va %s"
                                    .formatted(
                                            shape.feminine() ? "una" : "un",
                                            shape.spanish(),
                                            colour.spanish(shape.feminine()),
                                            motion.spanish)));
        }

        Philox random(int purpose) {
            return Philox.keyed(Toy.SEED, fileName().hashCode(), purpose, 1);
        }
    }

    private ToyMotion() {}

    static void write(Path root) throws IOException {
        List<Moving> all = new ArrayList<>();
        for (var shape : SHAPES) {
            for (var colour : COLOURS) {
                for (var motion : Motion.values()) {
                    for (int instance = 0; instance < INSTANCES; instance++) {
                        all.add(new Moving(shape, colour, motion, instance));
                    }
                }
            }
        }
        write(root, all);
    }

    static void write(Path root, List<Moving> all) throws IOException {
        var films = Files.createDirectories(root.resolve("films"));
        var sounds = Files.createDirectories(root.resolve("sounds"));
        MetadataWriter.write(root, InParallel.make(all, moving -> item(moving, films, sounds)));
    }

    private static Item item(Moving moving, Path films, Path sounds) throws IOException {
        var film = films.resolve(moving.fileName() + ".gif");
        var sound = sounds.resolve(moving.fileName() + ".wav");
        ToyFilm.write(moving, film);
        ToySound.write(moving, sound);
        return new Item(
                moving.fileName(),
                moving.captions(),
                List.of(new ImageSource.Film(film)),
                List.of(new Sound(Sound.NO_LANGUAGE, sound)),
                Optional.of(moving.motion.english),
                Optional.of(moving.instance == INSTANCES - 1 ? Item.TEST : Item.TRAIN));
    }
}
