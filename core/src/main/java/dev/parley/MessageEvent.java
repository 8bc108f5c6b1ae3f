package dev.parley;

/**
 * One message as it lies on the wire, told to a {@link MessageListener}.
 *
 * @param direction whether this side wrote or read it
 * @param sequence its number among those of its direction, from 1
 * @param message the message itself; not to be changed
 * @param encodedBytes its size in the codec's form, without what frames it (the five bytes of an envelope, a line's end,
 *     base64 of a text)
 * @param compressedBytes its size as sent: the same if it went uncompressed, or as a part of a body that is compressed as a
 *     whole
 */
public record MessageEvent(Direction direction, long sequence, Object message, int encodedBytes, int compressedBytes) {

    /** Which way a message went, as seen from this side. */
    public enum Direction {
        /** Written here. */
        SENT,
        /** Read here. */
        RECEIVED
    }
}
