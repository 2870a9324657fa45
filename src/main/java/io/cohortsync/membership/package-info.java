/** What each target has acknowledged: the only state that counts. */
package io.cohortsync.membership;
