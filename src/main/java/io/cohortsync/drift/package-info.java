/** What targets really hold against what they acknowledged, asked for by a person. */
package io.cohortsync.drift;
