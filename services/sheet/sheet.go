// Package sheet is the ward's own list as a workbook: it reads one that a
// clerk made, in whatever shape, compares it with the roster, and applies the
// differences all or nothing; and it writes the roster in the ward's usual form.
//
// A sheet goes open -> header -> rows -> findings -> plan. Opening refuses what
// is no harmless workbook. Reading mends what spreadsheets mangle and remarks
// on it. Nothing is written before a person has seen the plan and confirmed it,
// and then only if the roster still gives the same plan.
package sheet

import (
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/roster"
	"canbobot/services/vault"
)

// Bounds of what is read.
const (
	MaxFile     = 20 << 20 // bytes of the file
	MaxRows     = 100_000  // rows with anything in them, over all sheets
	maxUnzipped = 250 << 20
	maxParts    = 2000 // files inside the workbook
	maxSheets   = 60
	maxColumns  = 256
	maxCell     = 500  // bytes of a cell that are looked at
	MaxFindings = 2000 // findings that are kept; the rest is counted
	headerRows  = 40   // rows in which the headings are looked for
)

// Kept is how long an import that nobody confirmed stays, with its content.
const Kept = 7 * 24 * time.Hour

// Service reads and writes workbooks for an actor.
type Service struct {
	store    *models.Store
	vault    *vault.Vault
	roster   *roster.Service
	identity *identity.Service
	audit    *journal.Service
	clock    services.Clock
}

// New makes the service; identity says whether staff gave a fresh code.
func New(store *models.Store, vault *vault.Vault, roster *roster.Service, identity *identity.Service,
	audit *journal.Service, clock services.Clock) *Service {
	return &Service{store: store, vault: vault, roster: roster, identity: identity, audit: audit, clock: clock}
}

// Say finds the words for a key: this package knows none. Keys begin with
// "sheet.": sheet.column.<field>, sheet.error.<code>, sheet.remark.<code>.
type Say func(key string, fields map[string]any) string

// Finding is something about one cell. An error keeps the whole sheet out; a
// remark tells what was mended or left aside.
type Finding struct {
	Sheet  string         `json:"sheet"`
	Cell   string         `json:"cell"` // "F12"
	Row    int            `json:"row"`
	Code   string         `json:"code"`
	Value  string         `json:"value,omitzero"` // as written, cut
	Fields map[string]any `json:"fields,omitzero"`
	Remark bool           `json:"remark,omitzero"`
}

// Counts sum up a preview.
type Counts struct {
	Rows      int `json:"rows"`      // that name somebody
	New       int `json:"new"`       // rows that bring a person or a post
	Changed   int `json:"changed"`   // rows that change or end something
	Unchanged int `json:"unchanged"` // rows that say what the roster says
	Wrong     int `json:"wrong"`     // rows with an error
	Errors    int `json:"errors"`
	Remarks   int `json:"remarks"`

	NewPeople  int `json:"new_people"`
	NewTerms   int `json:"new_terms"`
	EndedTerms int `json:"ended_terms"`
	Phones     int `json:"phones"`
	Births     int `json:"births"`
	Citizens   int `json:"citizens"`
}

// Nothing reports whether the sheet would change nothing.
func (c Counts) Nothing() bool { return c.New == 0 && c.Changed == 0 }

// Preview is what a sheet would do to the roster as it is at the moment.
type Preview struct {
	ID     int64 // of the import; 0 when it was only checked
	State  models.ImportState
	File   string
	Counts Counts
	// Findings in the order of sheets, rows and columns: errors and remarks.
	Findings []Finding
}

// Errors are the findings that keep the sheet out.
func (p Preview) Errors() []Finding { return p.of(false) }

// Remarks are what was mended or left aside.
func (p Preview) Remarks() []Finding { return p.of(true) }

func (p Preview) of(remark bool) []Finding {
	var all []Finding
	for _, finding := range p.Findings {
		if finding.Remark == remark {
			all = append(all, finding)
		}
	}
	return all
}

func (s *Service) today() models.Date { return models.DateOf(s.clock.Local()) }

// maySend refuses whoever may not bring a sheet: a clerk or above, with a ward.
func maySend(actor services.Actor) error {
	if err := actor.Need(services.Clerk, services.Leader, services.Admin); err != nil {
		return err
	}
	if actor.Ward == 0 {
		return services.NotFound("ward")
	}
	return nil
}
