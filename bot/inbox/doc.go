// Package inbox takes events on behalf of a handler that may be slow, or whose
// database may be away. A platform waits a second or two for its answer, repeats
// for a while what is refused, and then switches the webhook off; a poll is
// given each event once. So an event is, in this order:
//
//   - handled within the Budget: most are;
//   - parked in the database, sealed, for a job to handle: the handler is slow,
//     and goes on meanwhile, or it failed;
//   - refused while the database is away, where the platform repeats, but not
//     for longer than Outage;
//   - kept in the spool, a file that Run empties when the database is back.
//
// An event may so be handled twice: the handler knows it by its EventID. None is
// passed over, and none is acknowledged before it is in the database or on the
// disk.
//
// # Order
//
// One person's events are answered one after the other, and while one of them is
// in the spool all later ones go behind it. Other people's go there too for as
// long as the database is away. A parked event comes in its own time, as one
// that the platform repeats does.
//
// # The files
//
// NAME.spool has a line for each event: "+ " or, once it is done with, "- ", and
// a JSON object with the event's id, a hash that tells one person's events from
// another's, the time and the sealed event. A line that cannot be read or opened
// goes to NAME.failed and is written down as an error; appended to NAME.spool
// while the program is stopped, it is tried again. NAME.lock keeps a second
// process away: each replica needs a folder of its own.
package inbox
