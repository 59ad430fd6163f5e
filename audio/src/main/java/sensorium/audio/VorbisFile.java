package sensorium.audio;

import java.nio.charset.StandardCharsets;
import java.util.List;
import sensorium.audio.AudioFile.Malformed;

/** Ogg Vorbis: {@link OggStream packets}, {@link VorbisDecoder decoded}, cut where the pages say that sound begins and ends. */
final class VorbisFile {
    private static final int HEADERS = 3;

    private VorbisFile() {}

    static Recording decode(byte[] bytes, double maxSeconds) throws Malformed {
        OggStream ogg = OggStream.read(bytes, HEADERS);
        List<byte[]> packets = ogg.packets();
        if (packets.isEmpty() || !new String(packets.getFirst(), StandardCharsets.ISO_8859_1).startsWith("\1vorbis")) {
            throw new Malformed("Ogg without Vorbis in it; convert it to Ogg Vorbis, FLAC or WAV");
        }
        if (packets.size() < HEADERS) {
            throw new Malformed("Vorbis without its headers; fetch it again");
        }
        var decoder = new VorbisDecoder(packets.get(0), packets.get(2), maxSeconds);
        SampleStore store = decoder.samples();
        int atFirst = 0;
        for (int i = HEADERS; i < packets.size(); i++) {
            decoder.decode(packets.get(i));
            if (i + 1 == ogg.packetsAtFirst()) {
                atFirst = store.frames();
            }
        }
        // A first page whose position is less than its samples begins late in them; where it is the last too, it ends
        // early.
        boolean onePage = ogg.packetsAtFirst() == packets.size();
        long start = onePage ? 0 : ogg.firstGranule() - atFirst; // the first sample's position
        int from = (int) Math.clamp(-start, 0L, store.frames());
        int to = (int) Math.clamp(ogg.lastGranule() - start, from, (long) store.frames());
        return store.recording(from, to);
    }
}
