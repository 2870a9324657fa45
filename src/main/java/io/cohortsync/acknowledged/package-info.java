/** What each target has acknowledged, as a Camel idempotent repository that any route can use by its name. */
package io.cohortsync.acknowledged;
