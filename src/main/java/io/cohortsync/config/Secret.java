package io.cohortsync.config;

/** A value that must never be seen: {@link #toString()} masks it, so that no log, message or dump can show it. */
public record Secret(String value) {

    @Override
    public String toString() {
        return "***";
    }
}
