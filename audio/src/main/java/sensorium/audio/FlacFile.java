package sensorium.audio;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.Arrays;
import org.jflac.FLACDecoder;
import org.jflac.FrameListener;
import org.jflac.frame.Frame;
import org.jflac.metadata.Metadata;
import sensorium.audio.AudioFile.Malformed;

/**
 * FLAC. The library decodes frames; the metadata before them is walked here, so that tags and pictures with false lengths
 * never reach it: it is handed the stream info and the frames alone.
 */
final class FlacFile {
    private static final String AGAIN = "; fetch or encode it again";
    private static final int STREAM_INFO_BYTES = 34;

    private FlacFile() {}

    static Recording decode(byte[] bytes, double maxSeconds) throws Malformed {
        int info = Mp3File.afterId3(bytes) + 4; // "fLaC", then the first metadata block
        if (bytes.length < info + 4 + STREAM_INFO_BYTES || (bytes[info] & 0x7f) != 0) {
            throw new Malformed("FLAC without stream info" + AGAIN);
        }
        int frames = afterMetadata(bytes, info);
        byte[] head = Arrays.copyOfRange(bytes, info - 4, info + 4 + STREAM_INFO_BYTES);
        head[4] = (byte) 0x80; // stream info, and the last block
        head[5] = 0;
        head[6] = 0;
        head[7] = STREAM_INFO_BYTES;
        var decoder = new FLACDecoder(new SequenceInputStream(
                new ByteArrayInputStream(head), new ByteArrayInputStream(bytes, frames, bytes.length - frames)));
        decoder.addFrameListener(new Strict());
        try {
            decoder.readMetadata();
            return decodeFrames(decoder, maxSeconds);
        } catch (IOException e) {
            throw new Malformed("damaged FLAC data (" + e.getMessage() + ")" + AGAIN, e);
        }
    }

    private static int afterMetadata(byte[] bytes, int first) throws Malformed {
        int at = first;
        while (at + 4 <= bytes.length) {
            int length = (bytes[at + 1] & 0xff) << 16 | (bytes[at + 2] & 0xff) << 8 | (bytes[at + 3] & 0xff);
            boolean last = bytes[at] < 0;
            at += 4 + length;
            if (last && at <= bytes.length) {
                return at;
            }
        }
        throw new Malformed("FLAC metadata reaches beyond the file; it was cut short: fetch it again");
    }

    private static Recording decodeFrames(FLACDecoder decoder, double maxSeconds) throws IOException, Malformed {
        var info = decoder.getStreamInfo();
        int channels = info.getChannels();
        long total = info.getTotalSamples(); // 0 where the encoder did not know
        var store = new SampleStore(channels, info.getSampleRate(), maxSeconds);
        while (total == 0 || store.frames() < total) {
            Frame frame = SilencedOutput.during(decoder::readNextFrame);
            if (frame == null) {
                break;
            }
            if (frame.header.channels != channels || frame.header.bitsPerSample != info.getBitsPerSample()) {
                throw new Malformed("FLAC frames differ in their format" + AGAIN);
            }
            float scale = (float) Math.scalb(1.0, 1 - info.getBitsPerSample());
            int count = frame.header.blockSize;
            int at = store.extend(count);
            for (int c = 0; c < channels; c++) {
                int[] decoded = decoder.getChannelData()[c].getOutput();
                float[] channel = store.channel(c);
                for (int i = 0; i < count; i++) {
                    channel[at + i] = decoded[i] * scale;
                }
            }
        }
        if (store.frames() < total) {
            throw new Malformed("FLAC of " + total + " samples holds only " + store.frames()
                    + "; it was cut short: fetch it again");
        }
        return store.recording(0, total == 0 ? store.frames() : (int) total);
    }

    /** Where the library would skip a damaged frame or fill it with zeros, decoding ends. */
    private static final class Strict implements FrameListener {
        @Override
        public void processMetadata(Metadata metadata) {}

        @Override
        public void processFrame(Frame frame) {}

        @Override
        public void processError(String message) {
            throw new IllegalStateException(message);
        }
    }
}
