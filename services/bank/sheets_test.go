package bank_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services/bank"
)

// paidInOctober are six people of a list that the bank's sheets in testdata answer.
var paidInOctober = []struct {
	name, account string
	amount        int64
}{
	{"Lương Thị Trang", "3712427284993", 400_000}, {"Nguyễn Đức Anh", "3712346550768", 150_000},
	{"Phan Thị Tâm", "3712550729895", 200_000}, {"Phạm Thị Tuyết", "3712753837297", 150_000},
	{"Phan Thanh Lý", "3712499581857", 400_000}, {"Thái Văn Nam", "3712045437507", 150_000},
}

func (h *house) october() {
	h.t.Helper()
	h.now = time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	if err := h.store.Model(&models.Account{}).Where("id = ?", h.clerk.Account).Update("stepped_up_until",
		h.now.Add(time.Hour)).Error; err != nil {
		h.t.Fatal(err)
	}
	approved := time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC)
	run := models.PaymentRun{WardID: h.ward.ID, Month: models.NewMonth(2026, time.October), State: models.RunExported,
		Version: 1, Covers: 1, ApprovedAt: &approved, ContentHash: make([]byte, 32)}
	h.create(&run)
	for _, one := range paidInOctober {
		person := models.Person{WardID: h.ward.ID, Name: one.name, Folded: models.Fold(one.name), Version: 1}
		h.create(&person)
		h.create(&models.PaymentLine{WardID: h.ward.ID, RunID: run.ID, PersonID: person.ID, Month: run.Month,
			Amount: one.amount, State: models.LinePending, Name: one.name, Destination: models.Destination{
				BankName: "Agribank", BankTail: one.account[9:], BankHash: h.vault.Hash("bank", one.account)}})
	}
}

// What banks' sheets look like, and what each comes to: a letter a person of the
// list, paid, failed, returned, waiting (left as it is); and the codes of what is
// refused or remarked on.
func TestSheetsOfBanks(t *testing.T) {
	for file, want := range map[string]struct{ lines, codes string }{
		"r02-kq":                 {"ppfprw", "result_waiting"},
		"r03-bilingual":          {"ppfprw", "result_waiting"},
		"r05-3-headings":         {"ppfprw", "result_waiting"},
		"r06-two-line-headings":  {"ppfprw", "result_waiting"},
		"r07-amounts":            {"ppfprw", "result_waiting"},
		"r08-04-amount":          {"p-----", ""},
		"r08-12-amount":          {"p-----", ""},
		"r08-16-amount":          {"p-----", ""},
		"r08-20-amount":          {"p-----", ""},
		"s01-negated":            {"------", "result_status"},
		"s03-partial":            {"------", "result_status"},
		"s04-noerror":            {"------", "result_status"},
		"s06-total-row":          {"ppfprw", "result_waiting"},
		"s09-footer-status":      {"ppfprw", "result_waiting"},
		"s10-sheet-per-status":   {"ppfp--", ""},
		"s12-masked-middle":      {"ppfprw", "result_waiting"},
		"s17-apostrophe":         {"ppfprw", "result_waiting"},
		"s19-names-title":        {"ppfprw", "result_waiting"},
		"s27-us-dates":           {"ppfprw", "result_days result_waiting"},
		"s28-before":             {"------", "result_before result_waiting"},
		"s35-unlisted":           {"ppfprw", "result_waiting result_stranger"},
		"s37-note-says-returned": {"------", "result_note"},
		"s38-two-accounts":       {"ppfprw", "result_waiting"},
		"s40-two-amounts":        {"ppfprw", "result_waiting"},
	} {
		t.Run(file, func(t *testing.T) {
			h := newHouse(t)
			h.october()
			content, err := os.ReadFile(filepath.Join("testdata", "sheets", file+".xlsx"))
			if err != nil {
				t.Fatal(err)
			}
			if kind, err := bank.KindOf(h.ctx, content); kind != bank.Results || err != nil {
				t.Errorf("taken for %v, %v", kind, err)
			}
			preview, err := h.Preview(h.ctx, h.clerk, 0, file, content)
			if err != nil {
				t.Fatal(err)
			}
			if preview.Counts.Errors == 0 {
				h.apply(preview)
			}
			got, codes := h.outcome(), []string{}
			for _, finding := range preview.Findings {
				if !strings.Contains(strings.Join(codes, " "), finding.Code) {
					codes = append(codes, finding.Code)
				}
			}
			if got != strings.ReplaceAll(want.lines, "w", "-") || strings.Join(codes, " ") != want.codes {
				t.Errorf("%s with %v, want %s with %s\n%+v", got, codes, want.lines, want.codes, preview.Findings)
			}
		})
	}
}

// outcome has a letter for each line of October.
func (h *house) outcome() string {
	h.t.Helper()
	var lines []models.PaymentLine
	err := h.store.Where("month = ?", models.NewMonth(2026, time.October)).Order("id").Find(&lines).Error
	if err != nil {
		h.t.Fatal(err)
	}
	said := ""
	for _, line := range lines {
		said += map[models.LineState]string{models.LinePending: "-", models.LinePaid: "p", models.LineFailed: "f",
			models.LineReturned: "r"}[line.State]
		if !line.PaidOn.IsZero() && line.PaidOn.Month != time.November {
			h.t.Errorf("paid on %v", line.PaidOn)
		}
	}
	return said
}
