package io.cohortsync.chaos;

/** A change that a vendor's stand-in applied. */
record Arrival(Place place, String member, boolean enter) {}
