/**
 * The packed jar under everything that goes wrong: killed, its database restarted, its disk full, its clock moved, its
 * vendors failing in every way; and after each round, who is where.
 */
package io.cohortsync.chaos;
