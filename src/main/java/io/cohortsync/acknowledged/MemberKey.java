package io.cohortsync.acknowledged;

/** A normalised member key with what it is compared by. */
record MemberKey(long fingerprint, String key) {

    /** Member keys are personal data. */
    @Override
    public String toString() {
        return "member " + Long.toHexString(fingerprint);
    }
}
