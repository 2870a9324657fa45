/** A small shop whose cohorts change while one watches, only there when asked for. */
package io.cohortsync.demo;
