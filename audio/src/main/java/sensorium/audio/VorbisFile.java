package sensorium.audio;

import de.jarnbjo.vorbis.VorbisStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import sensorium.audio.AudioFile.Malformed;

/** Ogg Vorbis: packets by {@link OggStream}, decoding by the library, the tail cut at the last page's position. */
final class VorbisFile {
    private static final int HEADERS = 3;

    private VorbisFile() {}

    static Recording decode(byte[] bytes, double maxSeconds) throws Malformed {
        OggStream ogg = OggStream.read(bytes, HEADERS);
        byte[] first = ogg.packets().isEmpty() ? new byte[0] : ogg.packets().getFirst();
        if (first.length < 30 || !new String(first, 1, 6, StandardCharsets.ISO_8859_1).equals("vorbis")) {
            throw new Malformed("Ogg without Vorbis in it; convert it to Ogg Vorbis, FLAC or WAV");
        }
        try {
            var vorbis = new VorbisStream();
            for (byte[] header : ogg.packets().subList(0, HEADERS)) {
                vorbis.processPacket(header);
            }
            int channels = vorbis.getIdentificationHeader().getChannels();
            var store =
                    new SampleStore(channels, vorbis.getIdentificationHeader().getSampleRate(), maxSeconds);
            for (byte[] packet : ogg.packets().subList(HEADERS, ogg.packets().size())) {
                append(vorbis.processPacket(packet), store);
            }
            return store.recording(0, Math.clamp(ogg.lastGranule(), 0, store.frames()));
        } catch (IOException e) {
            throw new Malformed("damaged Vorbis data (" + e.getMessage() + "); fetch or encode it again", e);
        }
    }

    private static void append(byte[] pcm, SampleStore store) throws Malformed {
        if (pcm == null) {
            return; // the first packet only primes the overlap
        }
        int channels = store.channelCount();
        int frames = pcm.length / (2 * channels);
        int first = store.extend(frames);
        for (int c = 0; c < channels; c++) {
            float[] channel = store.channel(c);
            for (int i = 0; i < frames; i++) {
                int at = 2 * (i * channels + c);
                channel[first + i] = (short) (pcm[at] << 8 | (pcm[at + 1] & 0xff)) / 32_768f;
            }
        }
    }
}
