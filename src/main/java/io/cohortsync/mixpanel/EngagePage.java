package io.cohortsync.mixpanel;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a page of {@code /engage} says of itself; its members are elsewhere. Everything may be missing.
 *
 * @param page its number, from 0
 * @param pageSize how many members a full page has
 * @param session what the next page is asked for with
 * @param status {@code ok}, or something is wrong
 * @param error what is wrong, in Mixpanel's words
 * @param results how many members it holds; empty: not even an empty list of them
 */
record EngagePage(
        OptionalLong page,
        OptionalLong pageSize,
        Optional<String> session,
        Optional<String> status,
        Optional<String> error,
        OptionalLong results) {}
