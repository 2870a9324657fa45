/** Our own table of the members of cohorts that are pushed to us; a cohort there is read like any other. */
package io.cohortsync.mirror;
