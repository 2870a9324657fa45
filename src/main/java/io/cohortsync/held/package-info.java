/** Changes that wait for a person, and what a person has decided about them. */
package io.cohortsync.held;
