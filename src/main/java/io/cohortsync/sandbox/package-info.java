/** Stand-ins for the vendors' APIs under {@code /sandbox/<vendor>}, only there when asked for. */
package io.cohortsync.sandbox;
