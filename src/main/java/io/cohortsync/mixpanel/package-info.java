/** Cohorts of Mixpanel's query API (contracts, section 6.1). */
package io.cohortsync.mixpanel;
