package sensorium.audio;

import static sensorium.audio.VorbisCodebook.require;

import java.util.List;
import sensorium.audio.AudioFile.Malformed;

/** The spectrum's fine structure, as sums of codebook vectors over partitions (Vorbis I, section 8). */
final class VorbisResidue {
    private static final int PASSES = 8;

    private final int type; // 0: vectors strided over a partition, 1: in order, 2: all channels interleaved
    private final int begin;
    private final int end;
    private final int partitionSize;
    private final int classes;
    private final VorbisCodebook classBook;
    private final VorbisCodebook[][] books; // [class][pass]

    VorbisResidue(VorbisBits bits, VorbisCodebook[] all) throws Malformed {
        type = bits.read(16);
        require(type <= 2, "residue of an unknown kind");
        begin = bits.read(24);
        end = bits.read(24);
        partitionSize = bits.read(24) + 1;
        classes = bits.read(6) + 1;
        int classBookNumber = bits.read(8);
        require(begin <= end && classBookNumber < all.length, "impossible residue");
        classBook = all[classBookNumber];
        var cascade = new int[classes];
        for (int c = 0; c < classes; c++) {
            int low = bits.read(3);
            cascade[c] = low | (bits.flag() ? bits.read(5) << 3 : 0);
        }
        books = new VorbisCodebook[classes][PASSES];
        for (int c = 0; c < classes; c++) {
            for (int pass = 0; pass < PASSES; pass++) {
                if ((cascade[c] >> pass & 1) != 0) {
                    int number = bits.read(8);
                    require(number < all.length && all[number].hasVectors(), "residue without its codebook");
                    books[c][pass] = all[number];
                }
            }
        }
    }

    /** Whether all channels are read together, the silent ones too, if only one sounds. */
    boolean interleaves() {
        return type == 2;
    }

    /** Reads the spectra of some channels, each [n], until the packet ends; what is left keeps its zeros. */
    void read(VorbisBits bits, List<float[]> spectra, int n) {
        if (type != 2 || spectra.size() == 1) {
            readVectors(bits, spectra, n);
            return;
        }
        int channels = spectra.size();
        var interleaved = new float[n * channels];
        readVectors(bits, List.of(interleaved), interleaved.length);
        for (int c = 0; c < channels; c++) {
            float[] spectrum = spectra.get(c);
            for (int i = 0; i < n; i++) {
                spectrum[i] = interleaved[i * channels + c];
            }
        }
    }

    private void readVectors(VorbisBits bits, List<float[]> vectors, int n) {
        int first = Math.min(begin, n);
        int partitions = (Math.min(end, n) - first) / partitionSize;
        var classOf = new int[vectors.size()][partitions];
        int perWord = classBook.dimensions();
        for (int pass = 0; pass < PASSES; pass++) {
            for (int group = 0; group < partitions; group += perWord) {
                if (pass == 0 && !readClasses(bits, classOf, group, perWord)) {
                    return;
                }
                for (int p = group; p < Math.min(partitions, group + perWord); p++) {
                    for (int v = 0; v < vectors.size(); v++) {
                        VorbisCodebook book = books[classOf[v][p]][pass];
                        if (book != null && !add(bits, book, vectors.get(v), first + p * partitionSize)) {
                            return;
                        }
                    }
                }
            }
        }
    }

    /** One codeword tells the classes of several partitions, as digits to the base of their number. */
    private boolean readClasses(VorbisBits bits, int[][] classOf, int group, int perWord) {
        for (int[] ofVector : classOf) {
            int word = classBook.decode(bits);
            if (word < 0) {
                return false;
            }
            for (int i = perWord - 1; i >= 0; i--) {
                if (group + i < ofVector.length) {
                    ofVector[group + i] = word % classes;
                }
                word /= classes;
            }
        }
        return true;
    }

    private boolean add(VorbisBits bits, VorbisCodebook book, float[] vector, int offset) {
        float[] values = book.vectors();
        int dimensions = book.dimensions();
        if (type == 0) {
            int stride = partitionSize / dimensions;
            for (int i = 0; i < stride; i++) {
                int entry = book.decode(bits);
                if (entry < 0) {
                    return false;
                }
                for (int d = 0; d < dimensions; d++) {
                    vector[offset + i + d * stride] += values[entry * dimensions + d];
                }
            }
            return true;
        }
        for (int i = 0; i < partitionSize; ) {
            int entry = book.decode(bits);
            if (entry < 0) {
                return false;
            }
            for (int d = 0; d < dimensions && i < partitionSize; d++, i++) {
                vector[offset + i] += values[entry * dimensions + d];
            }
        }
        return true;
    }
}
