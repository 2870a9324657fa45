/** Customer.io as a destination: what its calls carry, where they may go, and how its answers are read. */
package io.cohortsync.customerio;
