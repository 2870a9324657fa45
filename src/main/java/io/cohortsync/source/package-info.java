/** Reading a cohort's snapshot from where it is defined. */
package io.cohortsync.source;
