package sensorium.multimodal.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import sensorium.BadInputException;

/** The sets that can be had by name. */
public enum DataSet {
    TOY("toy", "", "", 900, "drawn shapes with captions in three languages and melodies, made on the spot", "our own"),
    TOY_MOTION(
            "toy-motion",
            "",
            "",
            380,
            "the toy's shapes moving, with captions in three languages and sounds, made on the spot",
            "our own"),
    MUSIC(
            "music",
            "",
            "",
            500,
            "melodies on ten families of instruments in noise, with their notes and tempi, made on the spot",
            "our own"),
    STAMPS(
            "stamps",
            "tuxpaint-stamps-default",
            "usr/share/tuxpaint/stamps",
            900,
            "pictures with captions in many languages, spoken captions in six, and sound effects",
            "GPL-2, some CC BY and CC BY-SA"),
    FASHION_MNIST(
            "fashion-mnist",
            "dataset-fashion-mnist",
            "usr/share/datasets/fashion-mnist",
            70_000,
            "28x28 grey pictures of ten kinds of clothes",
            "Expat"),
    PROMPTS(
            "prompts",
            "asterisk-core-sounds-en-wav",
            "usr/share/asterisk/sounds/en_US_f_Allison",
            500,
            "spoken English telephone prompts, one voice, 8 kHz",
            "CC BY-SA 3.0"),
    CLIPART(
            "clipart",
            "openclipart-png",
            "usr/share/openclipart/png",
            1_500,
            "drawings of things; words of the file names are the captions",
            "public domain");

    private final String setName;
    private final String debianPackage;
    private final String pathInPackage;
    private final int leastItems;
    private final String about;
    private final String licence;

    DataSet(String setName, String debianPackage, String pathInPackage, int leastItems, String about, String licence) {
        this.setName = setName;
        this.debianPackage = debianPackage;
        this.pathInPackage = pathInPackage;
        this.leastItems = leastItems;
        this.about = about;
        this.licence = licence;
    }

    /** The name it goes by on the command line. */
    public String setName() {
        return setName;
    }

    /** One line for a list. */
    public String about() {
        return about;
    }

    /** The licence of its content; the full text is in the installed folder's {@code COPYRIGHT}. */
    public String licence() {
        return licence;
    }

    /** The Debian package it comes from; empty for one that is made on the spot. */
    public Optional<String> debianPackage() {
        return Optional.of(debianPackage).filter(p -> !p.isEmpty());
    }

    /** The set of that name, if there is one. */
    public static Optional<DataSet> named(String name) {
        return Arrays.stream(values()).filter(s -> s.setName.equals(name)).findFirst();
    }

    /**
     * The set of that name.
     *
     * @throws BadInputException if there is none
     */
    public static DataSet require(String name) {
        return named(name)
                .orElseThrow(() -> new BadInputException("no data set is called '" + name + "'; there are "
                        + Arrays.stream(values()).map(DataSet::setName).collect(Collectors.joining(", "))));
    }

    /** Whether it needs no download. */
    boolean isMade() {
        return debianPackage.isEmpty();
    }

    String pathInPackage() {
        return pathInPackage;
    }

    /** Fewer items than this mean that something went wrong. */
    int leastItems() {
        return leastItems;
    }

    /** Turns what came out of the package into the folder format, in place. */
    void convert(Path root) throws IOException {
        switch (this) {
            case TOY -> Toy.write(root);
            case TOY_MOTION -> ToyMotion.write(root);
            case MUSIC -> Music.write(root, Music.Size.WHOLE);
            case STAMPS -> StampsFolder.convert(root);
            case FASHION_MNIST -> FashionMnist.convert(root);
            case PROMPTS -> MetadataWriter.write(root, new LabelFolders(root, new Skipped()).read());
            case CLIPART -> ClipArt.convert(root);
        }
    }
}
