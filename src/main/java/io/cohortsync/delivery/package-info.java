/** Sending changes: doubt before the call, acknowledgement after it, an outcome for every change. */
package io.cohortsync.delivery;
