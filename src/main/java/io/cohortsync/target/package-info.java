/** What all calls to one target share: pause, stop, rate and retry gate. */
package io.cohortsync.target;
