package sensorium.vision;

import java.io.IOException;
import javax.imageio.IIOException;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * Bytes for an ImageIO decoder. Decoders may read a little past the end, and some go on doing so for every pixel that a
 * damaged header promised; after {@value #PATIENCE} reads in vain this one ends it.
 */
final class PatienceInput extends ImageInputStreamImpl {
    private static final int PATIENCE = 256;

    private final byte[] bytes;
    private int vain;

    PatienceInput(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public int read() throws IOException {
        checkClosed();
        bitOffset = 0;
        return streamPos < bytes.length ? bytes[(int) streamPos++] & 0xFF : end();
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        checkClosed();
        bitOffset = 0;
        if (length == 0) {
            return 0;
        }
        int count = (int) Math.min(length, bytes.length - streamPos);
        if (count <= 0) {
            return end();
        }
        System.arraycopy(bytes, (int) streamPos, to, offset, count);
        streamPos += count;
        return count;
    }

    private int end() throws IIOException {
        if (++vain > PATIENCE) {
            throw new IIOException("its pixels end early");
        }
        return -1;
    }

    @Override
    public long length() {
        return bytes.length;
    }
}
