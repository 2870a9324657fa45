/** The database that holds what cohort-sync knows. */
package io.cohortsync.state;
