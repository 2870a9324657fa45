/** Asks targets that ignore silently whom they do not know who is there after all. */
package io.cohortsync.readback;
