package io.cohortsync.delivery;

import io.cohortsync.diff.PlannedChange;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/** The member keys of one delivery, with their directions, as its row stores them. */
final class CompressedKeys {

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
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            out.writeInt(changes.size());
            for (Sent change : changes) {
                out.writeBoolean(change.enter());
                out.writeUTF(change.key());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static List<Sent> unpack(byte[] packed) {
        try (DataInputStream in = new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(packed)))) {
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
