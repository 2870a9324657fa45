package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** The member keys of one delivery, with their directions, as its row stores them. */
final class CompressedKeys {

    private static final int STEP = 16 * 1024;

    private CompressedKeys() {}

    /** A member key and where it was sent. */
    record Sent(String key, boolean enter) {}

    static byte[] pack(List<PlannedChange> changes) {
        return packSent(changes.stream()
                .map(change -> new Sent(change.key(), change.enter()))
                .toList());
    }

    static byte[] packSent(List<Sent> changes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // Written before every call, and kept for a month: quick to write counts for more than small. In big steps,
        // because
        // each step into the compressor is a native call.
        Deflater quick = new Deflater(Deflater.BEST_SPEED);
        try (DataOutputStream out =
                new DataOutputStream(new BufferedOutputStream(new DeflaterOutputStream(bytes, quick, STEP), STEP))) {
            out.writeInt(changes.size());
            for (Sent change : changes) {
                out.writeBoolean(change.enter());
                out.writeUTF(change.key());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            quick.end();
        }
        return bytes.toByteArray();
    }

    static List<Sent> unpack(byte[] packed) {
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(new InflaterInputStream(new ByteArrayInputStream(packed)), STEP))) {
            int size = in.readInt();
            List<Sent> keys = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                boolean enter = in.readBoolean();
                keys.add(new Sent(in.readUTF(), enter));
            }
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
