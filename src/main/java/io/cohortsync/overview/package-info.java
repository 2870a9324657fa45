/** How every sync, link and target stands, for people and their tools: the API, health, metrics and JMX show the same. */
package io.cohortsync.overview;
