/** What the user configured: read from {@code application.yaml}, checked as a whole, and typed. */
package io.cohortsync.config;
