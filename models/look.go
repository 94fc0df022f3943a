package models

// Look says that an entry of the journal is somebody's seeing a person's numbers
// whole.
type Look struct {
	ID       int64
	WardID   int64
	EntryID  int64
	PersonID int64
}
