/** What Amplitude's HTTP API for cohorts expects and answers. */
package io.cohortsync.amplitude;
