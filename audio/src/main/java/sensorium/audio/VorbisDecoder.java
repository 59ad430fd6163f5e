package sensorium.audio;

import static sensorium.audio.VorbisCodebook.bitsFor;
import static sensorium.audio.VorbisCodebook.require;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sensorium.audio.AudioFile.Malformed;

/**
 * Vorbis I: three header packets, then audio packets, each a block of spectrum that overlaps the one before. (The Vorbis
 * specification of 2020, sections 4 and 9; floor type 1, residues 0 to 2.)
 */
final class VorbisDecoder {
    private record Coupling(int magnitude, int angle) {}

    private record Submap(VorbisFloor floor, VorbisResidue residue) {}

    private record Mapping(Coupling[] couplings, int[] submapOf, Submap[] submaps) {}

    private record Mode(boolean isLong, Mapping mapping) {}

    private final SampleStore store;
    private final int[] blockSizes;
    private final InverseMdct[] transforms;
    private final float[][] slopes; // rising half of the window between two blocks, by the shorter one's kind
    private final Mode[] modes;
    private final float[][] spectra; // [channel][longest block / 2]
    private final float[][] blocks; // [channel][longest block]
    private final float[][] tails; // [channel][longest block / 2]: windowed second half of the block before
    private int tailSize; // of the block before, 0 before the first

    VorbisDecoder(byte[] identification, byte[] setup, double maxSeconds) throws Malformed {
        VorbisBits bits = header(identification, 1);
        require(bits.read(32) == 0, "unknown version");
        int channels = bits.read(8);
        long sampleRate = Integer.toUnsignedLong(bits.read(32));
        bits.skip(3 * 32); // bit rates
        int small = bits.read(4);
        int large = bits.read(4);
        require(small >= 6 && small <= large && large <= 13, "impossible block sizes");
        store = new SampleStore(channels, sampleRate, maxSeconds);
        blockSizes = new int[] {1 << small, 1 << large};
        transforms = new InverseMdct[] {new InverseMdct(blockSizes[0]), new InverseMdct(blockSizes[1])};
        slopes = new float[][] {slope(blockSizes[0] / 2), slope(blockSizes[1] / 2)};
        modes = modes(header(setup, 5), channels);
        spectra = new float[channels][blockSizes[1] / 2];
        blocks = new float[channels][blockSizes[1]];
        tails = new float[channels][blockSizes[1] / 2];
    }

    SampleStore samples() {
        return store;
    }

    private static VorbisBits header(byte[] packet, int type) throws Malformed {
        var mark = new String(packet, 0, Math.min(7, packet.length), StandardCharsets.ISO_8859_1);
        require(mark.equals((char) type + "vorbis"), "header " + type + " is missing");
        var bits = new VorbisBits(packet);
        bits.skip(7 * 8);
        return bits;
    }

    private static float[] slope(int length) {
        var slope = new float[length];
        for (int i = 0; i < length; i++) {
            double s = Math.sin((i + 0.5) / length * Math.PI / 2);
            slope[i] = (float) Math.sin(Math.PI / 2 * s * s);
        }
        return slope;
    }

    private static Mode[] modes(VorbisBits bits, int channels) throws Malformed {
        var books = new VorbisCodebook[bits.read(8) + 1];
        for (int i = 0; i < books.length; i++) {
            books[i] = new VorbisCodebook(bits);
        }
        for (int times = bits.read(6) + 1; times > 0; times--) {
            require(bits.read(16) == 0, "time transform");
        }
        var floors = new VorbisFloor[bits.read(6) + 1];
        for (int i = 0; i < floors.length; i++) {
            floors[i] = new VorbisFloor(bits, books);
        }
        var residues = new VorbisResidue[bits.read(6) + 1];
        for (int i = 0; i < residues.length; i++) {
            residues[i] = new VorbisResidue(bits, books);
        }
        var mappings = new Mapping[bits.read(6) + 1];
        for (int i = 0; i < mappings.length; i++) {
            mappings[i] = mapping(bits, channels, floors, residues);
        }
        var modes = new Mode[bits.read(6) + 1];
        for (int i = 0; i < modes.length; i++) {
            boolean isLong = bits.flag();
            require(bits.read(32) == 0, "unknown window or transform");
            int mapping = bits.read(8);
            require(mapping < mappings.length, "mode without its mapping");
            modes[i] = new Mode(isLong, mappings[mapping]);
        }
        require(bits.flag() && !bits.ended(), "setup is cut off");
        return modes;
    }

    private static Mapping mapping(VorbisBits bits, int channels, VorbisFloor[] floors, VorbisResidue[] residues)
            throws Malformed {
        require(bits.read(16) == 0, "mapping of an unknown kind");
        var submaps = new Submap[bits.flag() ? bits.read(4) + 1 : 1];
        var couplings = new Coupling[bits.flag() ? bits.read(8) + 1 : 0];
        for (int i = 0; i < couplings.length; i++) {
            int magnitude = bits.read(bitsFor(channels - 1));
            int angle = bits.read(bitsFor(channels - 1));
            require(magnitude != angle && magnitude < channels && angle < channels, "impossible coupling");
            couplings[i] = new Coupling(magnitude, angle);
        }
        require(bits.read(2) == 0, "reserved bits set");
        var submapOf = new int[channels];
        for (int c = 0; c < channels && submaps.length > 1; c++) {
            submapOf[c] = bits.read(4);
            require(submapOf[c] < submaps.length, "channel without its submap");
        }
        for (int i = 0; i < submaps.length; i++) {
            bits.skip(8);
            int floor = bits.read(8);
            int residue = bits.read(8);
            require(floor < floors.length && residue < residues.length, "submap without floor or residue");
            submaps[i] = new Submap(floors[floor], residues[residue]);
        }
        return new Mapping(couplings, submapOf, submaps);
    }

    /** Decodes an audio packet and appends what it completes; a packet that is no audio is passed over. */
    void decode(byte[] packet) throws Malformed {
        var bits = new VorbisBits(packet);
        boolean isAudio = !bits.flag();
        int number = bits.read(bitsFor(modes.length - 1));
        if (!isAudio || number >= modes.length || bits.ended()) {
            return;
        }
        Mode mode = modes[number];
        boolean afterLong = mode.isLong && bits.flag();
        boolean beforeLong = mode.isLong && bits.flag();
        int n = blockSizes[mode.isLong ? 1 : 0];
        readSpectra(bits, mode.mapping, n / 2);
        for (int c = 0; c < blocks.length; c++) {
            transforms[mode.isLong ? 1 : 0].transform(spectra[c], blocks[c]);
            window(blocks[c], n, slopes[afterLong ? 1 : 0], slopes[beforeLong ? 1 : 0]);
        }
        overlap(n);
    }

    private void readSpectra(VorbisBits bits, Mapping mapping, int n) {
        int channels = spectra.length;
        var floors = new int[channels][];
        var silent = new boolean[channels];
        for (int c = 0; c < channels; c++) {
            Arrays.fill(spectra[c], 0, n, 0);
            floors[c] = mapping.submaps[mapping.submapOf[c]].floor.read(bits);
            silent[c] = floors[c] == null;
        }
        for (Coupling coupling : mapping.couplings) {
            boolean both = silent[coupling.magnitude] && silent[coupling.angle];
            silent[coupling.magnitude] = both;
            silent[coupling.angle] = both;
        }
        for (int s = 0; s < mapping.submaps.length; s++) {
            readResidue(bits, mapping, s, silent, n);
        }
        for (int i = mapping.couplings.length - 1; i >= 0; i--) {
            decouple(spectra[mapping.couplings[i].magnitude], spectra[mapping.couplings[i].angle], n);
        }
        for (int c = 0; c < channels; c++) {
            if (floors[c] == null) {
                Arrays.fill(spectra[c], 0, n, 0);
            } else {
                mapping.submaps[mapping.submapOf[c]].floor.apply(floors[c], spectra[c], n);
            }
        }
    }

    private void readResidue(VorbisBits bits, Mapping mapping, int submap, boolean[] silent, int n) {
        VorbisResidue residue = mapping.submaps[submap].residue;
        List<float[]> all = new ArrayList<>();
        List<float[]> sounding = new ArrayList<>();
        for (int c = 0; c < spectra.length; c++) {
            if (mapping.submapOf[c] == submap) {
                all.add(spectra[c]);
                if (!silent[c]) {
                    sounding.add(spectra[c]);
                }
            }
        }
        if (!sounding.isEmpty()) {
            residue.read(bits, residue.interleaves() ? all : sounding, n);
        }
    }

    /** From magnitude and angle to two channels: a square folded at its corners. */
    private static void decouple(float[] magnitude, float[] angle, int n) {
        for (int i = 0; i < n; i++) {
            float m = magnitude[i];
            float a = angle[i];
            float other = m > 0 == a > 0 ? m - a : m + a;
            magnitude[i] = a > 0 ? m : other;
            angle[i] = a > 0 ? other : m;
        }
    }

    private static void window(float[] block, int n, float[] rising, float[] falling) {
        int riseFrom = n / 4 - rising.length / 2;
        Arrays.fill(block, 0, riseFrom, 0);
        for (int i = 0; i < rising.length; i++) {
            block[riseFrom + i] *= rising[i];
        }
        int fallFrom = 3 * n / 4 - falling.length / 2;
        for (int i = 0; i < falling.length; i++) {
            block[fallFrom + i] *= falling[falling.length - 1 - i];
        }
        Arrays.fill(block, fallFrom + falling.length, n, 0);
    }

    /** Adds the block's first half to the second half of the one before, quarter upon quarter. */
    private void overlap(int n) throws Malformed {
        int before = tailSize;
        tailSize = n;
        int count = before == 0 ? 0 : before / 4 + n / 4;
        int at = store.extend(count);
        int skip =
                n / 4 - before / 4; // where the output begins in the block, or −how far the block begins in the output
        for (int c = 0; c < blocks.length; c++) {
            float[] out = store.channel(c);
            float[] block = blocks[c];
            for (int i = 0; i < count; i++) {
                float old = i < before / 2 ? tails[c][i] : 0;
                int place = skip + i;
                out[at + i] = place >= 0 ? old + block[place] : old;
            }
            System.arraycopy(block, n / 2, tails[c], 0, n / 2);
        }
    }
}
