/** Calls to an endpoint of the user's own. */
package io.cohortsync.webhook;
