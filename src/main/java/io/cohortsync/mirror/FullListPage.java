package io.cohortsync.mirror;

import java.time.Instant;

/**
 * A page of a cohort's full list: once all of its pages have arrived, whoever is on none of them has left.
 *
 * @param cohort the cohort, as its source names it
 * @param generation which list the page belongs to; at most 200 characters
 * @param page its number, from 1
 * @param pages how many there are
 * @param at when the page was told; whoever was heard of after the first page stays
 */
public record FullListPage(String cohort, String generation, int page, int pages, Instant at) {}
