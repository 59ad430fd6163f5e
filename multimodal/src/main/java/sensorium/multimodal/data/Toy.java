package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sensorium.random.Philox;

/**
 * A small world that needs no download: shapes in colours and two sizes, each drawn eight times, with captions in
 * English, French and Spanish and a sound. What is seen can be heard: the shape is the melody, the colour is the timbre,
 * small things sound an octave higher. The eighth of each is the split {@code test}; the label is the shape.
 */
final class Toy {
    static final long SEED = 2026;
    private static final int INSTANCES = 8;

    enum Shape {
        CIRCLE("circle", "cercle", "círculo", false),
        SQUARE("square", "carré", "cuadrado", false),
        TRIANGLE("triangle", "triangle", "triángulo", false),
        STAR("star", "étoile", "estrella", true),
        HEART("heart", "cœur", "corazón", false),
        CROSS("cross", "croix", "cruz", true),
        MOON("moon", "lune", "luna", true),
        RING("ring", "anneau", "anillo", false);

        private final String english;
        private final String french;
        private final String spanish;
        private final boolean feminine;

        Shape(String english, String french, String spanish, boolean feminine) {
            this.english = english;
            this.french = french;
            this.spanish = spanish;
            this.feminine = feminine;
        }

        String english() {
            return english;
        }

        String french() {
            return french;
        }

        String spanish() {
            return spanish;
        }

        boolean feminine() {
            return feminine;
        }
    }

    enum Colour {
        RED("red", "rouge", "rouge", "rojo", "roja", 0xd62828),
        GREEN("green", "vert", "verte", "verde", "verde", 0x2a9d3a),
        BLUE("blue", "bleu", "bleue", "azul", "azul", 0x2456d6),
        YELLOW("yellow", "jaune", "jaune", "amarillo", "amarilla", 0xf0c808),
        ORANGE("orange", "orange", "orange", "naranja", "naranja", 0xf07c12),
        PURPLE("purple", "violet", "violette", "morado", "morada", 0x7b2cbf),
        PINK("pink", "rose", "rose", "rosa", "rosa", 0xf48fb8),
        BLACK("black", "noir", "noire", "negro", "negra", 0x161616);

        private final String english;
        private final String french;
        private final String frenchFeminine;
        private final String spanish;
        private final String spanishFeminine;
        private final int rgb;

        Colour(String english, String french, String frenchFeminine, String spanish, String spanishFeminine, int rgb) {
            this.english = english;
            this.french = french;
            this.frenchFeminine = frenchFeminine;
            this.spanish = spanish;
            this.spanishFeminine = spanishFeminine;
            this.rgb = rgb;
        }

        String english() {
            return english;
        }

        String french(boolean ofFeminine) {
            return ofFeminine ? frenchFeminine : french;
        }

        String spanish(boolean ofFeminine) {
            return ofFeminine ? spanishFeminine : spanish;
        }

        int rgb() {
            return rgb;
        }
    }

    /** One thing of that world. */
    record Thing(Shape shape, Colour colour, boolean small, int instance) {
        String fileName() {
            return "%s-%s-%s-%d".formatted(small ? "small" : "large", colour.english, shape.english, instance);
        }

        List<Caption> captions() {
            boolean f = shape.feminine;
            var french = "%s %s %s %s"
                    .formatted(
                            f ? "une" : "un",
                            small ? (f ? "petite" : "petit") : (f ? "grande" : "grand"),
                            shape.french,
                            colour.french(f));
            var spanish = "%s %s %s %s"
                    .formatted(
                            f ? "una" : "un",
                            shape.spanish,
                            colour.spanish(f),
                            small ? (f ? "pequeña" : "pequeño") : "grande");
            return List.of(
                    new Caption("en", "a %s %s %s".formatted(small ? "small" : "large", colour.english, shape.english)),
                    new Caption("fr", french),
                    new Caption("es", spanish));
        }

        /** Random numbers of its own, whatever is drawn before or beside it. */
        Philox random(int purpose) {
            return Philox.keyed(SEED, fileName().hashCode(), purpose);
        }
    }

    private Toy() {}

    static void write(Path root) throws IOException {
        var pictures = Files.createDirectories(root.resolve("pictures"));
        var sounds = Files.createDirectories(root.resolve("sounds"));
        MetadataWriter.write(root, InParallel.make(things(), thing -> item(thing, pictures, sounds)));
    }

    private static List<Thing> things() {
        var things = new ArrayList<Thing>();
        for (var shape : Shape.values()) {
            for (var colour : Colour.values()) {
                for (var small : List.of(true, false)) {
                    for (int instance = 0; instance < INSTANCES; instance++) {
                        things.add(new Thing(shape, colour, small, instance));
                    }
                }
            }
        }
        return things;
    }

    private static Item item(Thing thing, Path pictures, Path sounds) throws IOException {
        var picture = pictures.resolve(thing.fileName() + ".png");
        var sound = sounds.resolve(thing.fileName() + ".wav");
        ToyPicture.write(thing, picture);
        ToySound.write(thing, sound);
        return new Item(
                thing.fileName(),
                thing.captions(),
                List.of(new ImageSource.InFile(picture)),
                List.of(new Sound(Sound.NO_LANGUAGE, sound)),
                Optional.of(thing.shape().english),
                Optional.of(thing.instance() == INSTANCES - 1 ? Item.TEST : Item.TRAIN));
    }
}
