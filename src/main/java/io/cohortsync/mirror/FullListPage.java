package io.cohortsync.mirror;

/**
 * A page of a cohort's full list: once all of its pages have arrived, whoever is on none of them has left.
 *
 * @param cohort the cohort, as its source names it
 * @param generation which list the page belongs to; at most 200 characters
 * @param page its number, from 1
 * @param pages how many there are
 */
public record FullListPage(String cohort, String generation, int page, int pages) {}
