/** What all calls to one target share: pause, stop and retry gate. */
package io.cohortsync.target;
