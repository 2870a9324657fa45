package io.cohortsync.source;

import io.cohortsync.config.MemberKeyField;
import io.cohortsync.mirror.Mirror;
import io.cohortsync.mirror.MirrorCohort;
import io.cohortsync.mirror.MirrorMember;
import java.util.Iterator;
import java.util.List;

/** Who is in a pushed cohort, read in parts, for a database would hold a whole result. */
final class MirrorRecords implements Records {

    private static final int AT_ONCE = 5_000;

    private final Mirror mirror;
    private final MirrorCohort cohort;
    private final List<MemberKeyField> fields;
    private final String memberField;
    private Iterator<MirrorMember> part = List.<MirrorMember>of().iterator();
    private String last = "";
    private boolean ended;

    /** @param memberField the field that the mirror knows people by */
    MirrorRecords(Mirror mirror, MirrorCohort cohort, List<MemberKeyField> fields, String memberField) {
        this.mirror = mirror;
        this.cohort = cohort;
        this.fields = fields;
        this.memberField = memberField;
    }

    @Override
    public boolean next(Chunk.Builder into) {
        if (!part.hasNext() && !ended) {
            List<MirrorMember> found = mirror.inside(cohort, last, AT_ONCE);
            ended = found.size() < AT_ONCE;
            part = found.iterator();
        }
        if (!part.hasNext()) {
            return false;
        }
        MirrorMember member = part.next();
        last = member.member();
        into.addRecord(fields.stream()
                .map(field -> field.words().equals(memberField)
                        ? member.member()
                        : member.properties().getOrDefault(field.words(), ""))
                .toArray(String[]::new));
        return true;
    }

    @Override
    public void close() {}
}
