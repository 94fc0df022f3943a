package roster

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/journal"
)

// UndoMergeWithin is how long a merger can be undone.
const UndoMergeWithin = 7 * 24 * time.Hour

// moved is what a merger did, so that undoing it restores exactly. Ids, and the
// columns of both rows as they were, what is sealed for a row for its own.
type moved struct {
	Rows map[string][]int64 // table.column: rows that pointed at who went
	// Unlinked are accounts cut off: who stays had one on the same channel.
	Unlinked []int64
	Revoked  []int64 // invites that nobody had used
	Kept     identity
	Dropped  identity
	// Filled is what who stays got from who went, as it stands after the merger.
	Filled identity
}

// identity is by what a person is reached, known and paid.
type identity struct {
	Phone       string        `json:",omitempty"`
	PhoneShared bool          `json:",omitempty"`
	BirthDate   models.Date   `json:",omitzero"`
	BirthYear   int           `json:",omitempty"`
	CitizenID   models.Sealed `json:",omitempty"`
	CitizenHash models.Hash   `json:",omitempty"`
	BankAccount models.Sealed `json:",omitempty"`
	models.Destination
	DiedOn models.Date `json:",omitzero"`
}

func identityOf(p models.Person) identity {
	return identity{p.Phone, p.PhoneShared, p.BirthDate, p.BirthYear, p.CitizenID, p.CitizenHash,
		p.BankAccount, p.Destination, p.DiedOn}
}

func (i identity) columns() map[string]any {
	return map[string]any{
		"phone": i.Phone, "phone_shared": i.PhoneShared, "birth_date": i.BirthDate,
		"birth_year": i.BirthYear,
		"citizen_id": i.CitizenID, "citizen_hash": i.CitizenHash, "bank_account": i.BankAccount, "bank_hash": i.BankHash,
		"bank_tail": i.BankTail, "bank_name": i.BankName, "pay_way": i.PayWay, "bank_holder": i.BankHolder,
		"bank_relation": i.BankRelation, "died_on": i.DiedOn,
	}
}

// pointing are the columns that a merger moves. Lines and components of frozen
// payment runs stay where they are: what was paid is history, and the calculus
// follows people.merged_into.
var pointing = []struct{ table, column string }{
	{"terms", "person_id"},
	{"accounts", "person_id"},
	{"consents", "person_id"},
	{"staff", "person_id"},
	{"cases", "person_id"},
	{"link_requests", "person_id"},
	{"deliveries", "person_id"},
	{"change_requests", "proposer_person_id"},
	{"people", "merged_into"},
}

// Preview is what merging two people would do.
type Preview struct {
	Keep     models.Person `gorm:"-"`
	Drop     models.Person `gorm:"-"`
	Terms    int           // posts that move, also former ones
	Accounts int           // linked accounts that move
	Unlinked int           // linked accounts that are cut off
	Cases    int
	Payments int // lines of payment runs that go on naming who goes
}

// MergePreview counts what Merge would do, and refuses as it would.
func (s *Service) MergePreview(tx *gorm.DB, actor services.Actor, keep, drop int64) (Preview, error) {
	if err := actor.Need(readers...); err != nil {
		return Preview{}, err
	}
	kept, dropped, err := s.mergeable(tx, actor, keep, drop)
	if err != nil {
		return Preview{}, err
	}
	preview := Preview{Keep: kept, Drop: dropped}
	err = tx.Raw(`SELECT
		(SELECT COUNT(*) FROM terms WHERE person_id = @drop AND superseded_at IS NULL) AS terms,
		(SELECT COUNT(*) FROM accounts WHERE person_id = @drop AND unlinked_at IS NULL) AS accounts,
		(SELECT COUNT(*) FROM accounts d JOIN accounts k ON k.channel = d.channel AND k.person_id = @keep
			AND k.unlinked_at IS NULL
			WHERE d.person_id = @drop AND d.unlinked_at IS NULL) AS unlinked,
		(SELECT COUNT(*) FROM cases WHERE person_id = @drop) AS cases,
		(SELECT COUNT(*) FROM payment_lines WHERE person_id = @drop) AS payments`,
		map[string]any{"keep": keep, "drop": drop}).Scan(&preview).Error
	if err != nil {
		return Preview{}, fmt.Errorf("preview merger: %w", err)
	}
	preview.Keep, preview.Drop = kept, dropped
	preview.Accounts -= preview.Unlinked
	return preview, nil
}

// mergeable reads two people who may be merged. It refuses with
//
//	invalid/merge_same        the same row twice
//	not_found/person          not of the ward
//	conflict/merged           one is merged already
//	conflict/merge_differ     both citizen ids are known and differ
//	conflict/merge_overlap    both hold posts of one branch on the same days
//	conflict/merge_requests   a request about who goes waits for its answer
func (s *Service) mergeable(tx *gorm.DB, actor services.Actor, keep, drop int64) (kept, dropped models.Person,
	err error) {
	if keep == drop {
		return kept, dropped, services.Invalid("merge_same")
	}
	if kept, err = s.person(tx, actor, keep); err != nil {
		return kept, dropped, err
	}
	if dropped, err = s.person(tx, actor, drop); err != nil {
		return kept, dropped, err
	}
	switch {
	case kept.WardID != dropped.WardID:
		return kept, dropped, services.NotFound("person")
	case kept.MergedInto != nil || dropped.MergedInto != nil:
		return kept, dropped, services.Conflict("merged")
	case len(kept.CitizenHash) > 0 && len(dropped.CitizenHash) > 0 &&
		!s.Secrets.oneCitizen(kept, dropped):
		return kept, dropped, services.Conflict("merge_differ")
	}
	var overlap []string
	err = tx.Raw(`SELECT b.name FROM terms k JOIN terms d ON d.branch_id = k.branch_id
		JOIN branches b ON b.id = k.branch_id
		WHERE k.person_id = ? AND d.person_id = ? AND k.superseded_at IS NULL AND d.superseded_at IS NULL
		  AND (k.to_date IS NULL OR k.to_date >= d.from_date) AND (d.to_date IS NULL OR d.to_date >= k.from_date)
		ORDER BY b.id LIMIT 1`,
		keep, drop).Scan(&overlap).Error
	if err != nil {
		return kept, dropped, fmt.Errorf("compare posts: %w", err)
	}
	if len(overlap) > 0 {
		return kept, dropped, services.Conflict("merge_overlap").With("branch", overlap[0])
	}
	var waiting int64
	err = tx.Model(&models.ChangeRequest{}).Where(
		"state IN ('submitted', 'returned') AND kind <> 'merge' AND (subject_id = ? OR newcomer_id = ?)", drop,
		drop).Count(&waiting).Error
	if err != nil {
		return kept, dropped, fmt.Errorf("find requests: %w", err)
	}
	if waiting > 0 {
		return kept, dropped, services.Conflict("merge_requests")
	}
	return kept, dropped, nil
}

// Merge makes one human of two rows: drop's posts, accounts, cases and consents
// become keep's, and what keep lacks (phone, birth, citizen id, account) is
// taken over. Drop's row stays, empty of what finds people, for the papers that
// name it; nobody lists it. The caller has decided that it is so; by is whom
// the journal names. It refuses as MergePreview does.
func (s *Service) Merge(tx *gorm.DB, by services.Actor, keep, drop int64) (models.PersonMerge, error) {
	if err := by.Need(services.Clerk, services.Leader); err != nil {
		return models.PersonMerge{}, err
	}
	ids := []int64{min(keep, drop), max(keep, drop)}
	if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Order("id").Find(&[]models.Person{}, "id IN ?",
		ids).Error; err != nil {
		return models.PersonMerge{}, fmt.Errorf("lock people: %w", err)
	}
	kept, dropped, err := s.mergeable(tx, by, keep, drop)
	if err != nil {
		return models.PersonMerge{}, err
	}
	now := s.clock.UTC()
	record := moved{Rows: map[string][]int64{}, Kept: identityOf(kept), Dropped: identityOf(dropped)}
	if record.Filled, err = s.Secrets.filled(kept, dropped); err != nil {
		return models.PersonMerge{}, err
	}

	if err := s.KeepHumans(tx, kept.WardID, kept, dropped); err != nil {
		return models.PersonMerge{}, err
	}
	if err := unlinkDoubles(tx, keep, drop, now, &record); err != nil {
		return models.PersonMerge{}, err
	}
	for _, p := range pointing {
		var rows []int64
		if err := tx.Table(p.table).Where(p.column+" = ?", drop).Order("id").Pluck("id", &rows).Error; err != nil {
			return models.PersonMerge{}, fmt.Errorf("merge %s: %w", p.table, err)
		}
		rows = slices.DeleteFunc(rows, func(id int64) bool {
			return p.table == "accounts" &&
				slices.Contains(record.Unlinked, id)
		})
		if len(rows) == 0 {
			continue
		}
		record.Rows[p.table+"."+p.column] = rows
		if err := point(tx, p.table, p.column, rows, keep); err != nil {
			return models.PersonMerge{}, termRefusal(err, "merge "+p.table)
		}
	}
	// Drop steps aside first: a number is one person's.
	empty := identity{BirthDate: dropped.BirthDate, BirthYear: dropped.BirthYear, DiedOn: dropped.DiedOn,
		Destination: dropped.Destination}
	empty.BankHash = nil
	columns := empty.columns()
	columns["merged_into"], columns["merged_at"] = keep, now
	if _, err := s.setPerson(tx, dropped, columns); err != nil {
		return models.PersonMerge{}, err
	}
	if _, err := s.setPerson(tx, kept, record.Filled.columns()); err != nil {
		return models.PersonMerge{}, err
	}
	text, err := json.Marshal(record)
	if err != nil {
		return models.PersonMerge{}, fmt.Errorf("record merger: %w", err)
	}
	ids, err = s.store.Reserve(tx, "person_merges", 1)
	if err != nil {
		return models.PersonMerge{}, err
	}
	merge := models.PersonMerge{ID: ids[0], WardID: kept.WardID, KeepID: keep, DropID: drop,
		ByStaff: services.Ref(by.Staff), At: now}
	if merge.Moved, err = s.vault.Seal(movedPlace(merge), string(text)); err != nil {
		return models.PersonMerge{}, fmt.Errorf("record merger: %w", err)
	}
	if err := tx.Create(&merge).Error; err != nil {
		return models.PersonMerge{}, fmt.Errorf("record merger: %w", err)
	}
	by.Ward = kept.WardID
	return merge, s.audit.Record(tx, by, "person.merged", fmt.Sprintf("person:%d", keep),
		journal.Detail{"dropped": drop, "merge": merge.ID, "rows": record.Rows})
}

// unlinkDoubles cuts off drop's accounts on channels where keep has one, and
// takes back invites that nobody used.
func unlinkDoubles(tx *gorm.DB, keep, drop int64, now time.Time, record *moved) error {
	err := tx.Model(&models.Account{}).Where(`person_id = ? AND unlinked_at IS NULL AND channel IN (?)`, drop,
		tx.Model(&models.Account{}).Select("channel").Where("person_id = ? AND unlinked_at IS NULL",
			keep)).Order("id").Pluck("id", &record.Unlinked).Error
	if err == nil && len(record.Unlinked) > 0 {
		err = tx.Model(&models.Account{}).Where("id IN ?", record.Unlinked).Update("unlinked_at", now).Error
	}
	if err == nil {
		err = tx.Model(&models.Invite{}).Where("person_id = ? AND used_at IS NULL AND revoked_at IS NULL",
			drop).Order("id").Pluck("id", &record.Revoked).Error
	}
	if err == nil && len(record.Revoked) > 0 {
		err = tx.Model(&models.Invite{}).Where("id IN ?", record.Revoked).Update("revoked_at", now).Error
	}
	if err != nil {
		return fmt.Errorf("merge accounts: %w", err)
	}
	return nil
}

// pointChunk keeps a statement below SQLite's bound of values.
const pointChunk = 5000

func point(tx *gorm.DB, table, column string, rows []int64, person int64) error {
	for chunk := range slices.Chunk(rows, pointChunk) {
		if err := tx.Table(table).Where("id IN ?", chunk).Update(column, person).Error; err != nil {
			return err
		}
	}
	return nil
}

// Mergers lists the mergers into a person, or of one, that can still be undone,
// the latest first.
func (s *Service) Mergers(tx *gorm.DB, actor services.Actor, person int64) ([]models.PersonMerge, error) {
	if err := actor.Need(readers...); err != nil {
		return nil, err
	}
	if _, err := s.person(tx, actor, person); err != nil {
		return nil, err
	}
	var merges []models.PersonMerge
	err := tx.Where("(keep_id = ? OR drop_id = ?) AND undone_at IS NULL AND at > ?", person, person,
		s.clock.UTC().Add(-UndoMergeWithin)).Order("id DESC").Limit(maxFound).Find(&merges).Error
	if err != nil {
		return nil, fmt.Errorf("read mergers: %w", err)
	}
	return merges, nil
}

// Unmerge takes a merger back within seven days: every row that it moved and
// that still is where it put it goes back, and both people get back what they
// had. What the one who stayed got since stays theirs. It refuses with
//
//	not_found/merge         not of the ward
//	conflict/merge_undone   undone already
//	conflict/merge_old      more than seven days ago
//	conflict/merged         who stayed went into another since: undo that first
//	conflict/phone_taken    the number is another's by now
func (s *Service) Unmerge(tx *gorm.DB, by services.Actor, id int64) error {
	if err := by.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	merge, err := services.Take[models.PersonMerge](services.Locked(tx), by, "merge", id)
	if err != nil {
		return err
	}
	now := s.clock.UTC()
	switch {
	case merge.UndoneAt != nil:
		return services.Conflict("merge_undone")
	case now.Sub(merge.At) > UndoMergeWithin:
		return services.Conflict("merge_old")
	}
	record, err := s.Secrets.moved(merge)
	if err != nil {
		return err
	}
	var kept, dropped models.Person
	if err := errors.Join(tx.Take(&kept, "id = ?", merge.KeepID).Error,
		tx.Take(&dropped, "id = ?", merge.DropID).Error); err != nil {
		return fmt.Errorf("read people: %w", err)
	}
	if kept.MergedInto != nil {
		return services.Conflict("merged")
	}
	for _, p := range pointing {
		for chunk := range slices.Chunk(record.Rows[p.table+"."+p.column], pointChunk) {
			err := tx.Table(p.table).Where("id IN ? AND "+p.column+" = ?", chunk, merge.KeepID).Update(p.column,
				merge.DropID).Error
			if err != nil {
				return termRefusal(err, "undo merger of "+p.table)
			}
		}
	}
	if len(record.Unlinked) > 0 {
		// A platform's user may have linked anew since; then that link stays.
		err := tx.Exec(`UPDATE accounts SET unlinked_at = NULL WHERE id IN ? AND unlinked_at = ? AND NOT EXISTS (
			SELECT 1 FROM accounts o WHERE o.channel = accounts.channel AND o.external_id = accounts.external_id
				AND o.unlinked_at IS NULL)`,
			record.Unlinked, merge.At).Error
		if err != nil {
			return fmt.Errorf("undo merger of accounts: %w", err)
		}
	}
	if len(record.Revoked) > 0 {
		if err := tx.Model(&models.Invite{}).Where("id IN ? AND revoked_at = ?", record.Revoked,
			merge.At).Update("revoked_at", nil).Error; err != nil {
			return fmt.Errorf("undo merger of invites: %w", err)
		}
	}
	back, err := s.Secrets.changedBack(kept, record)
	if err != nil {
		return err
	}
	if _, err := s.setPerson(tx, kept, back.columns()); err != nil {
		return phoneRefusal(err, "undo merger")
	}
	restored, err := s.Secrets.restored(record.Dropped, dropped)
	if err != nil {
		return err
	}
	columns := restored.columns()
	columns["merged_into"], columns["merged_at"] = nil, nil
	if _, err := s.setPerson(tx, dropped, columns); err != nil {
		if models.IsTaken(err) {
			return services.Conflict("phone_taken").Because(err)
		}
		return err
	}
	if err := tx.Model(&models.PersonMerge{}).Where("id = ?", merge.ID).Update("undone_at", now).Error; err != nil {
		return fmt.Errorf("undo merger: %w", err)
	}
	by.Ward = merge.WardID
	return s.audit.Record(tx, by, "person.unmerged", fmt.Sprintf("person:%d", merge.KeepID),
		journal.Detail{"restored": merge.DropID, "merge": merge.ID})
}
