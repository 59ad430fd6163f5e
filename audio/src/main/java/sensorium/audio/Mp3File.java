package sensorium.audio;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javazoom.jl.decoder.Bitstream;
import javazoom.jl.decoder.Decoder;
import javazoom.jl.decoder.Header;
import javazoom.jl.decoder.JavaLayerException;
import javazoom.jl.decoder.Obuffer;
import sensorium.audio.AudioFile.Malformed;

/**
 * MPEG audio layer III (ISO 11172-3, 13818-3). The library decodes frames; which bytes are frames is settled here: tags
 * before and after are left out, as is the Xing/LAME frame, whose counts reveal a file cut short and say how much of the
 * encoder's padding to take off.
 */
final class Mp3File {
    private static final int DECODER_DELAY = 529; // samples a layer III decoder lags behind
    private static final float FULL_SCALE = 32_700; // the library's
    private static final int[] KBIT_MPEG_1 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
    private static final int[] KBIT_MPEG_2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
    private static final int[] RATES_MPEG_1 = {44_100, 48_000, 32_000};

    private Mp3File() {}

    /** What four header bytes say of their frame. */
    private record FrameHeader(boolean mpeg1, int sampleRate, int channels, int bytes) {

        /** The header at {@code at}, or null where none of layer III with a known bit rate stands there. */
        static FrameHeader at(byte[] file, int at) {
            if (at + 4 > file.length || file[at] != (byte) 0xff || (file[at + 1] & 0xe6) != 0xe2) {
                return null; // 11 bits of sync, then layer III
            }
            int version = file[at + 1] >> 3 & 3; // 0: MPEG-2.5, 2: MPEG-2, 3: MPEG-1
            int bitRate = file[at + 2] >> 4 & 15;
            int rate = file[at + 2] >> 2 & 3;
            if (version == 1 || bitRate == 0 || bitRate == 15 || rate == 3) {
                return null;
            }
            boolean mpeg1 = version == 3;
            int sampleRate = RATES_MPEG_1[rate] / (mpeg1 ? 1 : version == 2 ? 2 : 4);
            int kbit = (mpeg1 ? KBIT_MPEG_1 : KBIT_MPEG_2)[bitRate];
            int padding = file[at + 2] >> 1 & 1;
            int bytes = (mpeg1 ? 144 : 72) * kbit * 1000 / sampleRate + padding;
            return new FrameHeader(mpeg1, sampleRate, (file[at + 3] >> 6 & 3) == 3 ? 1 : 2, bytes);
        }

        boolean sameStream(FrameHeader other) {
            return mpeg1 == other.mpeg1 && sampleRate == other.sampleRate && channels == other.channels;
        }

        int samples() {
            return mpeg1 ? 1152 : 576;
        }

        int sideInfoBytes() {
            return mpeg1 ? (channels == 1 ? 17 : 32) : (channels == 1 ? 9 : 17);
        }
    }

    /** Where the content begins: behind an ID3v2 tag where one stands at the start, else 0. */
    static int afterId3(byte[] file) {
        if (file.length < 10 || file[0] != 'I' || file[1] != 'D' || file[2] != '3') {
            return 0;
        }
        int size = (file[6] & 0x7f) << 21 | (file[7] & 0x7f) << 14 | (file[8] & 0x7f) << 7 | (file[9] & 0x7f);
        int footer = (file[5] & 0x10) != 0 ? 10 : 0;
        return (int) Math.min(file.length, 10L + size + footer);
    }

    /** Whether a frame stands at {@code at} and, unless the file ends there, another right behind it. */
    static boolean looksLikeFrame(byte[] file, int at) {
        FrameHeader header = FrameHeader.at(file, at);
        if (header == null) {
            return false;
        }
        int next = at + header.bytes;
        FrameHeader second = FrameHeader.at(file, next);
        return next >= file.length || (second != null && second.sameStream(header));
    }

    static Recording decode(byte[] file, double maxSeconds) throws Malformed {
        int start = afterId3(file);
        FrameHeader first = FrameHeader.at(file, start);
        if (first == null) {
            throw new Malformed("an ID3 tag with no MP3 frame behind it; fetch or encode it again");
        }
        int end = endOfFrames(file, start, first);
        var store = new SampleStore(first.channels, first.sampleRate, maxSeconds);
        int info = infoTag(file, start, first);
        int audio = info < 0 ? start : start + first.bytes;
        decodeFrames(file, audio, end, store);
        int frames = store.frames() / first.samples();
        if (info < 0) {
            return store.recording();
        }
        requireAllFrames(file, info, frames);
        int flags = file[info + 7];
        int lame = info + 8 + 4 * (flags & 1) + 2 * (flags & 2) + 25 * (flags & 4) + (flags & 8) / 2;
        if (lame + 24 > start + first.bytes || !Character.isLetter(file[lame])) {
            return store.recording();
        }
        int delays = (file[lame + 21] & 0xff) << 16 | (file[lame + 22] & 0xff) << 8 | (file[lame + 23] & 0xff);
        int from = Math.min(store.frames(), (delays >> 12) + DECODER_DELAY);
        int to = store.frames() - Math.max(0, (delays & 0xfff) - DECODER_DELAY);
        return store.recording(from, Math.max(from, to));
    }

    /** Walks frame by frame to where they end; what follows must be a tag that is known. */
    private static int endOfFrames(byte[] file, int start, FrameHeader first) throws Malformed {
        int at = start;
        while (at < file.length) {
            FrameHeader header = FrameHeader.at(file, at);
            if (header == null || !header.sameStream(first)) {
                var rest = new String(file, at, Math.min(8, file.length - at), StandardCharsets.ISO_8859_1);
                if (rest.startsWith("TAG") || rest.equals("APETAGEX") || rest.equals("LYRICSBE") || isZero(file, at)) {
                    return at;
                }
                throw new Malformed("damaged MP3: no frame at byte " + at + "; fetch or encode it again");
            }
            if (at + header.bytes > file.length) {
                throw new Malformed("MP3 ends within a frame; it was cut short: fetch it again");
            }
            at += header.bytes;
        }
        return at;
    }

    private static boolean isZero(byte[] file, int from) {
        for (int i = from; i < file.length; i++) {
            if (file[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /** Where the first frame holds an encoder's Xing or Info tag instead of sound: its place, else −1. */
    private static int infoTag(byte[] file, int start, FrameHeader first) {
        int at = start + 4 + first.sideInfoBytes();
        if (at + 8 > Math.min(file.length, start + first.bytes)) {
            return -1;
        }
        var tag = new String(file, at, 4, StandardCharsets.ISO_8859_1);
        return tag.equals("Xing") || tag.equals("Info") ? at : -1;
    }

    private static void requireAllFrames(byte[] file, int info, int frames) throws Malformed {
        boolean counted = (file[info + 7] & 1) != 0;
        if (counted) {
            long claimed = (file[info + 8] & 0xffL) << 24
                    | (file[info + 9] & 0xff) << 16
                    | (file[info + 10] & 0xff) << 8
                    | (file[info + 11] & 0xff);
            if (frames + 1 < claimed) { // some encoders count the tag's own frame
                throw new Malformed(
                        "MP3 of " + claimed + " frames holds only " + frames + "; it was cut short: fetch it again");
            }
        }
    }

    private static void decodeFrames(byte[] file, int from, int to, SampleStore store) throws Malformed {
        var bits = new Bitstream(new ByteArrayInputStream(file, from, to - from));
        var output = new Output(store.channelCount());
        var decoder = new Decoder();
        decoder.setOutputBuffer(output);
        try {
            for (Header header = bits.readFrame(); header != null; header = bits.readFrame()) {
                decoder.decodeFrame(header, bits);
                output.drainTo(store, header.version() == Header.MPEG1 ? 1152 : 576);
                bits.closeFrame();
            }
        } catch (JavaLayerException e) {
            throw new Malformed("damaged MP3 data (" + e + "); fetch or encode it again", e);
        }
    }

    /** Takes a frame's samples as floats, before the library would round them to 16 bits. */
    private static final class Output extends Obuffer {
        private final float[][] frame;
        private final int[] filled;

        Output(int channels) {
            frame = new float[channels][1152];
            filled = new int[channels];
        }

        /** A frame whose bits lay in a frame before the file's first gives nothing: it stays silent. */
        void drainTo(SampleStore store, int samples) throws Malformed {
            int at = store.extend(samples);
            for (int c = 0; c < frame.length; c++) {
                System.arraycopy(frame[c], 0, store.channel(c), at, Math.min(samples, filled[c]));
                filled[c] = 0;
            }
        }

        @Override
        public void appendSamples(int channel, float[] samples) {
            for (float sample : samples) {
                frame[channel][filled[channel]++] = sample / FULL_SCALE;
            }
        }

        @Override
        public void append(int channel, short value) {
            frame[channel][filled[channel]++] = value / FULL_SCALE;
        }

        @Override
        public void write_buffer(int val) {}

        @Override
        public void close() {}

        @Override
        public void clear_buffer() {
            Arrays.fill(filled, 0);
        }

        @Override
        public void set_stop_flag() {}
    }
}
