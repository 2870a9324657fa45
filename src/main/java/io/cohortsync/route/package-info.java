/** The files of Camel routes, and where they are found. */
package io.cohortsync.route;
