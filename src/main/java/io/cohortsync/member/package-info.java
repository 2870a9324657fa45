/** Member keys: which values may be one, and the fingerprint each is compared by. */
package io.cohortsync.member;
