/** What vendors push: who sends it is proved, then what it says of whom is read. */
package io.cohortsync.receiver;
