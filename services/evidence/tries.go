package evidence

import (
	"context"
	"fmt"
	"time"

	"canbobot/models"
	"canbobot/services"
)

const (
	maxTries = 60 // that one giver may have opened a day, whatever comes of them
	// maxComes bounds how often one event's file is opened: when it came again its
	// first opening was not lived through, or took too long.
	maxComes = 2
	triesFor = 24 * time.Hour
)

// Try counts a file before it is opened, so that those who give many at once are
// not let through together: a paper, a picture or a sheet. What an operator brings
// by a command is not counted. It refuses with
//
//	too_many/files_today   sixty were given today, kept or not
//	invalid/file_costly    the event has come before, twice, and was not done with
func Try(ctx context.Context, store *models.Store, clock services.Clock, actor services.Actor) error {
	if actor.Role == services.System {
		return nil
	}
	one := models.FileTry{WardID: actor.Ward, Giver: fmt.Sprintf("person:%d", actor.Person), Event: actor.Event,
		CreatedAt: clock.UTC()}
	if actor.Staff != 0 {
		one.Giver = fmt.Sprintf("staff:%d", actor.Staff)
	}
	db := store.WithContext(ctx)
	if err := db.Create(&one).Error; err != nil {
		return fmt.Errorf("count a file: %w", err)
	}
	var all, comes int64
	err := services.InWard(db, actor.Ward).Model(&models.FileTry{}).Where("giver = ? AND created_at > ?", one.Giver,
		one.CreatedAt.Add(-triesFor)).Select("count(*), count(CASE WHEN event = ? THEN 1 END)",
		one.Event).Row().Scan(&all, &comes)
	switch {
	case err != nil:
		return fmt.Errorf("count files: %w", err)
	case all > maxTries:
		if err := db.Delete(&one).Error; err != nil { // who waits until tomorrow need not wait longer
			return fmt.Errorf("count a file: %w", err)
		}
		return services.TooMany("files_today").With("max", maxTries)
	case one.Event != "" && comes > maxComes:
		return services.Invalid("file_costly")
	}
	return nil
}

// PurgeTries forgets what no longer counts.
var PurgeTries = services.Purge{Name: "file_tries",
	Basis: "security of processing: who gives too many files is stopped",
	What:  "that somebody gave a file to be opened", Kept: 2 * triesFor,
	SQL: "DELETE FROM file_tries WHERE created_at < ?"}
