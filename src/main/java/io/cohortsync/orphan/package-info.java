/** State whose sync or target left the configuration, or that was set aside, and what can become of it. */
package io.cohortsync.orphan;
