// Package bank brings a bank's answer onto a payment list: the sheet that
// says which transfers were made, which were refused and which came back. Every
// row is told what it is; nothing is marked before a person has seen that and
// confirmed it, and then all of it or nothing.
//
// A row is matched by the reference that our own transfer sheet carries, or by
// account, name and amount together. What is not surely good news is an error,
// and a sheet with an error marks nothing; bad news is taken row by row.
package bank

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/evidence"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/list"
	"canbobot/services/sheet"
	"canbobot/services/vault"
)

// Kept is how long a sheet that nobody confirmed stays, with its content.
const Kept = 7 * 24 * time.Hour

func contentPlace(row models.ResultSheet) vault.Place {
	return vault.In(models.ResultContent, row.WardID, row.ID)
}

// Service reads result sheets. Every method checks the actor's role and ward.
type Service struct {
	store    *models.Store
	vault    *vault.Vault
	list     *list.Service
	identity *identity.Service
	audit    *journal.Service
	clock    services.Clock
	Forms    Forms
}

func New(store *models.Store, vault *vault.Vault, list *list.Service, identity *identity.Service,
	audit *journal.Service, clock services.Clock) *Service {
	s := &Service{store: store, vault: vault, list: list, identity: identity, audit: audit, clock: clock}
	s.Forms = Forms{s}
	return s
}

// Counts sum up a preview.
type Counts struct {
	Rows     int `json:"rows"`     // of transfers
	Paid     int `json:"paid"`     // lines to mark as paid
	Failed   int `json:"failed"`   // to mark as failed
	Returned int `json:"returned"` // to mark as come back
	Already  int `json:"already"`  // lines that say so already
	Waiting  int `json:"waiting"`  // rows that the bank still works on
	Missing  int `json:"missing"`  // lines that wait for an answer and are in no row
	Wrong    int `json:"wrong"`    // rows with an error
	Errors   int `json:"errors"`
	Remarks  int `json:"remarks"`
}

// Marks is how many lines would be marked.
func (c Counts) Marks() int { return c.Paid + c.Failed + c.Returned }

// Reason is why transfers failed or came back, and how many.
type Reason struct {
	Text  string
	Count int
}

// Preview is what a sheet would mark on a list as it is at the moment.
type Preview struct {
	ID       int64 // to confirm by; 0 when there is nothing to confirm
	State    models.ResultState
	File     string
	Run      models.PaymentRun
	Counts   Counts
	Total    int64 // đồng of the lines to mark as paid
	Reasons  []Reason
	Said     []Said          // what the cells say, and what it was read as
	Question *Question       // to be answered first; nothing can be confirmed before
	Findings []sheet.Finding // in the order of sheets, rows and columns
}

// Sheet is the preview as services/sheet annotates one.
func (p Preview) Sheet() sheet.Preview {
	return sheet.Preview{ID: p.ID, File: p.File, Findings: p.Findings,
		Counts: sheet.Counts{Rows: p.Counts.Rows, Errors: p.Counts.Errors, Remarks: p.Counts.Remarks}}
}

func (s *Service) today() models.Date { return models.DateOf(s.clock.Local()) }

// may refuses whoever may not say what became of a list.
func may(actor services.Actor) error {
	if err := actor.Need(services.Clerk, services.Leader); err != nil {
		return err
	}
	if actor.Ward == 0 {
		return services.NotFound("ward")
	}
	return nil
}

// Check tells what a sheet would mark and keeps nothing. Month says of which
// list it is; zero finds that out from the sheet. It refuses what is no
// workbook as services/sheet does, invalid/result_header a sheet without the
// columns, and conflict/results_no_run where no list waits for an answer.
func (s *Service) Check(ctx context.Context, actor services.Actor, month models.Month, content []byte) (Preview,
	error) {
	preview, _, err := s.check(ctx, actor, month, content)
	return preview, err
}

func (s *Service) check(ctx context.Context, actor services.Actor, month models.Month, content []byte) (Preview,
	outcome, error) {
	if err := may(actor); err != nil {
		return Preview{}, outcome{}, err
	}
	db := s.store.WithContext(ctx)
	known, err := s.vocabulary(db, actor.Ward)
	if err != nil {
		return Preview{}, outcome{}, err
	}
	read, err := read(ctx, content, s.today(), known)
	if err != nil {
		return Preview{}, outcome{}, err
	}
	run, err := s.runOf(db, actor.Ward, month, read)
	if err != nil {
		return Preview{}, outcome{}, err
	}
	done, err := s.match(db, run, read)
	if err != nil {
		return Preview{}, outcome{}, err
	}
	preview := done.preview(run)
	preview.Said = read.said(known)
	preview.Question = questionOf(preview.Said)
	return preview, done, nil
}

func (o outcome) preview(run models.PaymentRun) Preview {
	preview := Preview{State: models.ResultPreviewed, Run: run, Counts: o.counts, Total: o.total, Findings: o.findings}
	counts := map[string]int{}
	for _, mark := range o.marks {
		if mark.Reason != "" {
			counts[mark.Reason]++
		}
	}
	for text, count := range counts {
		preview.Reasons = append(preview.Reasons, Reason{text, count})
	}
	slices.SortFunc(preview.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count),
			cmp.Compare(a.Text, b.Text))
	})
	return preview
}

// Preview is Check, and keeps a sheet that would mark something, sealed, so that
// it can be confirmed for a week; the sender's earlier ones are dropped.
func (s *Service) Preview(ctx context.Context, actor services.Actor, month models.Month, name string,
	content []byte) (Preview, error) {
	if err := may(actor); err != nil {
		return Preview{}, err
	}
	if err := evidence.Try(ctx, s.store, s.clock, actor); err != nil {
		return Preview{}, err
	}
	preview, done, err := s.check(ctx, actor, month, content)
	preview.File = fileName(name)
	if err == nil && preview.Question != nil {
		preview.ID, err = s.keep(ctx, actor, models.ResultSheet{RunID: &preview.Run.ID, FileName: preview.File,
			State: models.ResultAsked, Plan: []byte{}, Counts: "{}"}, content)
		return preview, err
	}
	if err != nil || preview.Counts.Errors > 0 || preview.Counts.Marks() == 0 {
		return preview, err
	}
	counts, err := json.Marshal(preview.Counts)
	if err != nil {
		return Preview{}, fmt.Errorf("preview: %w", err)
	}
	preview.ID, err = s.keep(ctx, actor, models.ResultSheet{
		RunID: &preview.Run.ID, FileName: preview.File, State: models.ResultPreviewed,
		Plan: done.fingerprint(preview.Run.ID), Counts: string(counts),
	}, content)
	return preview, err
}

// keep seals a sheet in place of the sender's earlier ones.
func (s *Service) keep(ctx context.Context, actor services.Actor, row models.ResultSheet, content []byte) (int64,
	error) {
	hash := sha256.Sum256(content)
	row.WardID, row.FileHash, row.CreatedAt = actor.Ward, hash[:], s.clock.UTC()
	row.StaffID = services.Ref(actor.Staff)
	err := s.store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := services.InWard(tx.Model(&models.ResultSheet{}), actor.Ward).
			Where("COALESCE(staff_id, 0) = ? AND state IN ?", actor.Staff,
				[]models.ResultState{models.ResultAsked, models.ResultPreviewed}).
			Updates(map[string]any{"state": models.ResultDropped, "content": ""}).Error
		if err != nil {
			return err
		}
		ids, err := s.store.Reserve(tx, "result_sheets", 1)
		if err != nil {
			return err
		}
		row.ID = ids[0]
		if row.Content, err = s.vault.Seal(contentPlace(row), string(content)); err != nil {
			return fmt.Errorf("seal sheet: %w", err)
		}
		return tx.Create(&row).Error
	})
	if err != nil {
		return 0, fmt.Errorf("keep sheet: %w", err)
	}
	return row.ID, nil
}

func fileName(name string) string {
	name = sheet.Text(name)
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	return sheet.Shorten(name)
}

// Ask keeps a sheet of which it is not sure what it is until somebody says.
func (s *Service) Ask(ctx context.Context, actor services.Actor, name string, content []byte) (int64, error) {
	if err := may(actor); err != nil {
		return 0, err
	}
	return s.keep(ctx, actor, models.ResultSheet{FileName: fileName(name), State: models.ResultAsked, Plan: []byte{},
		Counts: "{}"}, content)
}

// Sheet is the file itself, for as long as it waits for an answer
// (conflict/result_gone after that).
func (s *Service) Sheet(ctx context.Context, actor services.Actor, id int64) (name string, content []byte, err error) {
	if err := may(actor); err != nil {
		return "", nil, err
	}
	row, err := take(s.store.WithContext(ctx), actor, id)
	if err != nil {
		return "", nil, err
	}
	content, err = s.content(row)
	return row.FileName, content, err
}

func (s *Service) content(row models.ResultSheet) ([]byte, error) {
	if row.Content == "" {
		return nil, services.Conflict("result_gone")
	}
	content, err := s.vault.Open(contentPlace(row), row.Content)
	if err != nil {
		return nil, fmt.Errorf("open sheet: %w", err)
	}
	return []byte(content), nil
}

func take(tx *gorm.DB, actor services.Actor, id int64) (models.ResultSheet, error) {
	return services.Take[models.ResultSheet](tx, actor, "import", id)
}

// Apply marks what the preview showed: every line or, on any failure, none. It
// wants a fresh code (denied/step_up). Where the list would give another
// preview by now it is conflict/results_stale; what was dropped or is too old
// is conflict/result_gone. A sheet that was applied before stays as it is.
func (s *Service) Apply(ctx context.Context, actor services.Actor, id int64) (Preview, error) {
	if err := may(actor); err != nil {
		return Preview{}, err
	}
	row, err := take(s.store.WithContext(ctx), actor, id)
	if err != nil {
		return Preview{}, err
	}
	if row.State == models.ResultApplied {
		return s.applied(ctx, row)
	}
	content, err := s.content(row)
	if err != nil || row.RunID == nil {
		return Preview{}, cmp.Or(err, error(services.Conflict("result_gone")))
	}
	known, err := s.vocabulary(s.store.WithContext(ctx), actor.Ward)
	if err != nil {
		return Preview{}, err
	}
	read, err := read(ctx, content, s.today(), known) // before the transaction, which keeps others out
	if err != nil {
		return Preview{}, err
	}
	err = s.list.SettleMarks(ctx, actor, list.Marks{
		Run: *row.RunID, What: hex.EncodeToString(row.FileHash),
		Of: func(tx *gorm.DB, run models.PaymentRun) ([]list.Mark, error) {
			if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Take(&row, "id = ?", id).Error; err != nil {
				return nil, fmt.Errorf("lock sheet: %w", err)
			}
			if row.State == models.ResultApplied {
				return nil, nil
			}
			if row.State != models.ResultPreviewed {
				return nil, services.Conflict("result_gone")
			}
			done, err := s.match(tx, run, read)
			if err != nil {
				return nil, err
			}
			if done.counts.Errors > 0 || string(done.fingerprint(run.ID)) != string(row.Plan) {
				return nil, services.Conflict("results_stale")
			}
			now := s.clock.UTC()
			row.State, row.AppliedAt, row.Content = models.ResultApplied, &now, ""
			if err := tx.Model(&row).Select("state", "applied_at", "content").Updates(&row).Error; err != nil {
				return nil, fmt.Errorf("close sheet: %w", err)
			}
			for i := range done.marks {
				if done.marks[i].State == models.LinePaid && done.marks[i].On.IsZero() {
					done.marks[i].On = s.today()
				}
			}
			return done.marks, nil
		},
	})
	if err != nil {
		return Preview{}, err
	}
	return s.applied(ctx, row)
}

func (s *Service) applied(ctx context.Context, row models.ResultSheet) (Preview, error) {
	preview := Preview{ID: row.ID, State: row.State, File: row.FileName}
	if err := json.Unmarshal([]byte(row.Counts), &preview.Counts); err != nil {
		return Preview{}, fmt.Errorf("counts: %w", err)
	}
	if err := s.store.WithContext(ctx).Take(&preview.Run, row.RunID).Error; err != nil {
		return Preview{}, fmt.Errorf("run: %w", err)
	}
	return preview, nil
}

// Again previews a kept sheet anew, against the list as it has become.
func (s *Service) Again(ctx context.Context, actor services.Actor, id int64) (Preview, error) {
	name, content, err := s.Sheet(ctx, actor, id)
	if err != nil {
		return Preview{}, err
	}
	return s.again(ctx, actor, id, name, content)
}

func (s *Service) again(ctx context.Context, actor services.Actor, id int64, name string, content []byte) (Preview,
	error) {
	var run models.PaymentRun
	err := s.store.WithContext(ctx).Where("id = (SELECT run_id FROM result_sheets WHERE id = ?)",
		id).Limit(1).Find(&run).Error
	if err != nil {
		return Preview{}, fmt.Errorf("run: %w", err)
	}
	return s.Preview(ctx, actor, run.Month, name, content)
}

// Drop forgets a sheet that waits for a confirmation.
func (s *Service) Drop(ctx context.Context, actor services.Actor, id int64) error {
	if err := may(actor); err != nil {
		return err
	}
	row, err := take(s.store.WithContext(ctx), actor, id)
	if err != nil {
		return err
	}
	if row.State == models.ResultApplied {
		return services.Conflict("results_applied")
	}
	err = s.store.WithContext(ctx).Model(&models.ResultSheet{}).Where("id = ?", id).
		Where("state IN ?", []models.ResultState{models.ResultAsked, models.ResultPreviewed}).
		Updates(map[string]any{"state": models.ResultDropped, "content": ""}).Error
	if err != nil {
		return fmt.Errorf("drop result sheet: %w", err)
	}
	return nil
}

// Purge drops the sheets that nobody confirmed.
var Purge = services.Purge{Name: "result_sheets",
	Basis: "no longer than its purpose needs: nobody confirmed it",
	What:  "what was in a bank's sheet that nobody confirmed", Kept: Kept,
	SQL: "UPDATE result_sheets SET state = 'dropped', content = '' " +
		"WHERE created_at < ? AND state IN ('asked', 'previewed')"}
