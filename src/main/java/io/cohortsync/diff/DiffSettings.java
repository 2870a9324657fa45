package io.cohortsync.diff;

import java.nio.file.Path;

/**
 * What the diff may use.
 *
 * @param memoryBytes for the indexes of the links compared together; beyond it they are compared part by part
 * @param directory where temporary files are made
 */
public record DiffSettings(long memoryBytes, Path directory) {}
