// Package channels keeps what the installation knows of its lines to the
// platforms: the pair of tokens it speaks with, the troubles that only a human
// can mend, the message templates a platform has approved for a ward, the
// telephone numbers a template may be sent to, and what platforms call the files
// that were uploaded to them.
//
// # The pair of tokens
//
// A platform of the kind of Zalo's Official Account gives an access token that
// lasts a day and a refresh token that works once: renewing makes both old
// tokens void at once and returns two new ones. Whoever loses those has lost the
// channel until a human consents again. Therefore:
//
//   - One replica renews at a time. It takes the lease, one conditional UPDATE
//     that is committed, together with the journal's row "asked", before the
//     platform hears anything. The lease (45 s) outlasts the asking (30 s), so
//     the clocks of replicas may differ by some ten seconds.
//   - No transaction is open while the platform is asked.
//   - The answer is written down before anything else happens: first, sealed, to
//     a file (DIR/CHANNEL-pair), then to the database, then the file goes.
//   - Nobody speaks with a pair that is not stored.
//   - The others speak with the old access token until the platform refuses it,
//     then wait for the next generation.
//
// # What a crash can leave behind
//
// Died with the lease, before asking: the row says leased and the journal
// "asked". Once the lease has run out another replica (or this one, started
// again) takes it over and asks with the same refresh token. The platform had
// never rotated and accepts it. Nobody was told; senders waited 45 s at most.
//
// Died after the platform rotated, before the answer was kept anywhere, or the
// answer got lost on the way (ErrUnheard): it looks the same from here, and the
// same is done. The platform refuses: the pair is lost. The row gets lost_at,
// the journal "lost", the trouble "token" is opened and administrators are told
// once; every call fails at once with ErrLost and nobody asks any more, until
// Seed or Restore brings a new pair. When the answer was lost before it reached
// the platform, the second asking is accepted as above.
//
// Died after the file, before the database: the file names the generation after
// the stored one and the refresh token that it follows. Whoever next looks in
// that folder (each start, each reading of the row) adopts it: "recovered". Had
// another machine without the file found the pair lost meanwhile, adopting ends
// that, and the trouble with it.
//
// Died after the database, before the file was removed: the file's generation
// is the stored one; it is removed.
//
// The database went away while the platform was asked: the file is written and
// the database is tried for two minutes; after that the file, and this process's
// memory, wait for the database as above. Should the file fail (a full disk),
// memory alone holds the pair and the log says so.
//
// A file that does not follow from the stored pair, or that no key opens, is set
// aside under another name and never deleted: a human may want it.
package channels
