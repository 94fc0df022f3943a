// Package downloads keeps a file for one person for a quarter of an hour, where
// the channel they talk over cannot carry it. They get a link; whoever holds the
// link holds the file, so it cannot be guessed, works for a short while, and for
// a document only once.
//
// A picture is another matter: the platform itself fetches it, more than once,
// before it shows it in the chat. It stays until it expires.
package downloads
