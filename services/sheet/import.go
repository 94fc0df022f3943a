package sheet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/evidence"
	"canbobot/services/journal"
	"canbobot/services/outbox"
	"canbobot/services/vault"
)

func contentPlace(row models.Import) vault.Place {
	return vault.In(models.ImportContent, row.WardID, row.ID)
}

// read reads a file against the roster as it is.
func (s *Service) read(tx *gorm.DB, ward int64, content []byte) (*reading, error) {
	book, err := unpack(tx.Statement.Context, content)
	if err != nil {
		return nil, err
	}
	index, err := readIndex(tx, ward, s.today())
	if err != nil {
		return nil, err
	}
	return readAll(book, index, s.today())
}

// Check tells what a sheet would do and keeps nothing. A file that is no sheet
// of the roster is refused as open and readAll say.
func (s *Service) Check(ctx context.Context, actor services.Actor, content []byte) (Preview, error) {
	preview, _, err := s.check(ctx, actor, content)
	return preview, err
}

func (s *Service) check(ctx context.Context, actor services.Actor, content []byte) (Preview, plan, error) {
	if err := maySend(actor); err != nil {
		return Preview{}, plan{}, err
	}
	reading, err := s.read(s.store.WithContext(ctx), actor.Ward, content)
	if err != nil {
		return Preview{}, plan{}, err
	}
	done := reading.compare(s.vault, s.today())
	return Preview{State: models.ImportPreviewed, Counts: done.counts, Findings: reading.findings}, done, nil
}

// Preview tells what a sheet would do. One without errors that would change
// something is kept, sealed, so that it can be confirmed for a week; the
// sender's earlier ones are dropped. The same file again is the same preview.
func (s *Service) Preview(ctx context.Context, actor services.Actor, name string, content []byte) (Preview, error) {
	if err := maySend(actor); err != nil {
		return Preview{}, err
	}
	if err := evidence.Try(ctx, s.store, s.clock, actor); err != nil {
		return Preview{}, err
	}
	preview, done, err := s.check(ctx, actor, content)
	if err != nil || preview.Counts.Errors > 0 || preview.Counts.Nothing() {
		preview.File = cleanFile(name)
		return preview, err
	}
	preview.File = cleanFile(name)
	plan, err := done.fingerprint()
	if err != nil {
		return Preview{}, err
	}
	counts, err := json.Marshal(preview.Counts)
	if err != nil {
		return Preview{}, fmt.Errorf("preview: %w", err)
	}
	hash := sha256.Sum256(content)
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		mine := services.InWard(tx, actor.Ward).Where("COALESCE(staff_id, 0) = ? AND state = ?", actor.Staff,
			models.ImportPreviewed)
		var kept models.Import
		err := mine.Session(&gorm.Session{}).Where("file_hash = ? AND plan = ?", hash[:],
			plan).Order("id DESC").Limit(1).Take(&kept).Error
		if err == nil {
			preview.ID = kept.ID
			return nil
		}
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		dropped := map[string]any{"state": models.ImportDropped, "content": ""}
		if err := mine.Session(&gorm.Session{}).Model(&models.Import{}).Updates(dropped).Error; err != nil {
			return err
		}
		row := models.Import{
			WardID: actor.Ward, StaffID: services.Ref(actor.Staff), FileName: preview.File, FileHash: hash[:],
			State: models.ImportPreviewed,
			Plan:  plan, Counts: string(counts), Outcome: "[]", CreatedAt: s.clock.UTC(),
		}
		ids, err := s.store.Reserve(tx, "imports", 1)
		if err != nil {
			return err
		}
		row.ID = ids[0]
		if row.Content, err = s.vault.Seal(contentPlace(row), string(content)); err != nil {
			return fmt.Errorf("seal sheet: %w", err)
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		preview.ID = row.ID
		return nil
	})
	if err != nil {
		return Preview{}, fmt.Errorf("keep sheet: %w", err)
	}
	return preview, nil
}

func cleanFile(name string) string {
	name = plain(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	return cut(name)
}

// Import reads one of the ward's imports; another ward's is not_found/import.
func (s *Service) Import(ctx context.Context, actor services.Actor, id int64) (models.Import, error) {
	if err := maySend(actor); err != nil {
		return models.Import{}, err
	}
	return s.take(s.store.WithContext(ctx), actor, id)
}

func (s *Service) take(tx *gorm.DB, actor services.Actor, id int64) (models.Import, error) {
	row, err := services.Take[models.Import](tx, actor, "import", id)
	if err != nil {
		return models.Import{}, err
	}
	return row, nil
}

// Again previews a kept sheet anew, against the roster as it has become.
func (s *Service) Again(ctx context.Context, actor services.Actor, id int64) (Preview, error) {
	row, err := s.Import(ctx, actor, id)
	if err != nil {
		return Preview{}, err
	}
	content, err := s.content(row)
	if err != nil {
		return Preview{}, err
	}
	return s.Preview(ctx, actor, row.FileName, content)
}

func (s *Service) content(row models.Import) ([]byte, error) {
	if row.State != models.ImportPreviewed || row.Content == "" {
		return nil, services.Conflict("import_gone")
	}
	content, err := s.vault.Open(contentPlace(row), row.Content)
	if err != nil {
		return nil, fmt.Errorf("open sheet: %w", err)
	}
	return []byte(content), nil
}

var imports = services.Guard("roster.imported", "one sheet gives many their posts and numbers")

// Apply writes what the preview showed: everything or, on any failure, nothing.
// It wants a fresh code (denied/step_up). Where the roster would give another
// preview by now it is conflict/import_stale; what was dropped or is too old is
// conflict/import_gone. An import that was applied before stays as it is.
func (s *Service) Apply(ctx context.Context, actor services.Actor, id int64) (Preview, error) {
	row, err := s.Import(ctx, actor, id)
	if err != nil {
		return Preview{}, err
	}
	if err := s.identity.RequireFresh(ctx, nil, actor, imports); err != nil {
		return Preview{}, err
	}
	if row.State == models.ImportApplied {
		return applied(row)
	}
	content, err := s.content(row)
	if err != nil {
		return Preview{}, err
	}
	// The file is read before the transaction: it takes seconds, and one of
	// SQLite keeps everybody else out.
	reading, err := s.read(s.store.WithContext(ctx), row.WardID, content)
	if err != nil {
		return Preview{}, err
	}
	err = s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		// Who else confirms the same import, or changes a branch, waits.
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Take(&row, "id = ?", id).Error; err != nil {
			return fmt.Errorf("lock import: %w", err)
		}
		if row.State == models.ImportApplied {
			return nil
		}
		if row.State != models.ImportPreviewed {
			return services.Conflict("import_gone")
		}
		if err := outbox.Once(tx, s.clock, actor); err != nil {
			return err
		}
		var locked []int64
		if err := services.InWard(tx.Model(&models.Branch{}).Clauses(clause.Locking{Strength: "NO KEY UPDATE"}),
			row.WardID).Order("id").Pluck("id", &locked).Error; err != nil {
			return fmt.Errorf("lock branches: %w", err)
		}
		return s.apply(tx, actor, &row, reading)
	})
	if err != nil {
		return Preview{}, err
	}
	return applied(row)
}

func applied(row models.Import) (Preview, error) {
	preview := Preview{ID: row.ID, State: row.State, File: row.FileName}
	if err := json.Unmarshal([]byte(row.Counts), &preview.Counts); err != nil {
		return Preview{}, fmt.Errorf("import counts: %w", err)
	}
	return preview, nil
}

// apply compares the lines with the roster as it is within the transaction, and
// writes the differences.
func (s *Service) apply(tx *gorm.DB, actor services.Actor, row *models.Import, reading *reading) error {
	index, err := readIndex(tx, row.WardID, s.today())
	if err != nil {
		return err
	}
	if !reading.index.sameUnits(index) {
		return services.Conflict("import_stale")
	}
	reading.index = index
	done := reading.compare(s.vault, s.today())
	plan, err := done.fingerprint()
	if err != nil {
		return err
	}
	if done.counts.Errors > 0 || string(plan) != string(row.Plan) {
		return services.Conflict("import_stale")
	}
	if err := s.write(tx, done); err != nil {
		return err
	}
	if err := s.identity.TellNumbers(tx.Statement.Context, tx, row.WardID, row.ID, done.renumbered()); err != nil {
		return err
	}
	if err := s.audit.Hands(tx, row.WardID, "import", []int64{actor.Staff}, done.proved()...); err != nil {
		return err
	}
	outcome, err := json.Marshal(done.outcome())
	if err != nil {
		return fmt.Errorf("outcome: %w", err)
	}
	now, proof := s.clock.UTC(), sha256.Sum256(outcome)
	row.State, row.AppliedAt, row.Content, row.Outcome = models.ImportApplied, &now, "", string(outcome)
	err = tx.Model(row).Select("state", "applied_at", "content", "outcome").Updates(row).Error
	if err != nil {
		return fmt.Errorf("close import: %w", err)
	}
	c := done.counts
	return s.audit.Record(tx, actorIn(actor, row.WardID), "roster.imported", fmt.Sprintf("import:%d", row.ID),
		journal.Detail{
			"file": hex.EncodeToString(row.FileHash), "outcome": hex.EncodeToString(proof[:]), "rows": c.Rows,
			"people": c.NewPeople, "terms": c.NewTerms, "ended": c.EndedTerms, "phones": c.Phones, "births": c.Births,
			"citizens": c.Citizens,
		})
}

// proved are those who get a number, a citizen's number or an account by it.
func (p plan) proved() []int64 {
	var people []int64
	for _, who := range p.people {
		if who.phone || who.document || who.account != "" || !who.known && who.person.Phone != "" {
			people = append(people, who.person.ID)
		}
	}
	return people
}

// renumbered are those whom the roster has, with another number.
func (p plan) renumbered() []int64 {
	var people []int64
	for _, who := range p.people {
		if who.known && who.phone && who.person.Phone != who.before.Phone && who.before.Phone != "" {
			people = append(people, who.person.ID)
		}
	}
	return people
}

// actorIn gives the program itself the ward that it writes in.
func actorIn(actor services.Actor, ward int64) services.Actor {
	if actor.Ward == 0 {
		actor.Ward = ward
	}
	return actor
}

// outcome is what was done, row by row, with the ids that the rows have got.
func (p plan) outcome() []did {
	all := make([]did, 0, len(p.rows))
	for _, row := range p.rows {
		if len(row.What) == 0 {
			continue
		}
		row.Person = row.who.person.ID
		if row.tenure != nil {
			row.Term = row.tenure.term.ID
		}
		all = append(all, row)
	}
	return all
}

// Drop forgets a sheet that waits for a confirmation.
func (s *Service) Drop(ctx context.Context, actor services.Actor, id int64) error {
	row, err := s.Import(ctx, actor, id)
	if err != nil {
		return err
	}
	if row.State == models.ImportApplied {
		return services.Conflict("import_applied")
	}
	err = s.store.WithContext(ctx).Model(&models.Import{}).Where("id = ? AND state = ?", id, models.ImportPreviewed).
		Updates(map[string]any{"state": models.ImportDropped, "content": ""}).Error
	if err != nil {
		return fmt.Errorf("drop import: %w", err)
	}
	return nil
}

// Purge drops the sheets that nobody confirmed.
var Purge = services.Purge{Name: "imports",
	Basis: "no longer than its purpose needs: nobody confirmed it",
	What:  "what was in a roster's sheet that nobody confirmed", Kept: Kept,
	SQL: "UPDATE imports SET state = 'dropped', content = '' WHERE created_at < ? AND state = 'previewed'"}

// seal fills in what of new and changed people is kept sealed, once they have
// their ids.
func seal(v *vault.Vault, who *human) error {
	var err error
	person := &who.person
	if who.citizen != "" {
		if person.CitizenID, err = v.Seal(vault.In(models.CitizenID, person.WardID, person.ID), who.citizen); err != nil {
			return fmt.Errorf("seal citizen id: %w", err)
		}
		person.CitizenHash = v.Hash(citizenHash, who.citizen)
	}
	if who.account != "" && !who.known {
		if person.BankAccount, err = v.Seal(vault.In(models.BankAccount, person.WardID, person.ID), who.account); err != nil {
			return fmt.Errorf("seal account: %w", err)
		}
		person.BankHash = v.Hash(bankHash, who.account)
	}
	return nil
}
