/** What holds changes back until a person has looked. */
package io.cohortsync.guard;
