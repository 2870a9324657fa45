/** The routes: where their files are found, and how configuration becomes running routes. */
package io.cohortsync.route;
