/** A sync's connection to one of its targets, and what is stored about it. */
package io.cohortsync.link;
