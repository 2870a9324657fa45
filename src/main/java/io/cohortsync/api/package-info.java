/** The HTTP API. */
package io.cohortsync.api;
