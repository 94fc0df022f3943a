package ward_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"canbobot/services"
)

var update = flag.Bool("update", false, "rewrite the table of docs/security.md")

// The page says which acts ask for a code, from the code itself.
func TestThePageListsTheActsThatAskForACode(t *testing.T) {
	const page, first, last = "../../docs/security.md", "| act | asks for a fresh code, since |\n|---|---|\n", "\n\n"
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(content), first)
	if !found {
		t.Fatalf("%s has no table of acts", page)
	}
	table, after, _ := strings.Cut(rest, last)
	var rows []string
	for _, act := range services.GuardedActs() {
		rows = append(rows, fmt.Sprintf("| `%s` | %s |", act.Name, act.Why))
	}
	want := strings.Join(rows, "\n")
	if *update {
		if err := os.WriteFile(page, []byte(before+first+want+last+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if table != want {
		t.Errorf("the table of %s is not that of the code (-update rewrites it):\n%s", page, want)
	}
}

// free are the acts that the journal knows and that ask for no code, by the reason.
var free = map[string][]string{
	"a signature says for itself, in its kind, whether it asks": {"change.approved", "change.signed", "link.agreed",
		"link.signed", "run.approved", "policy.approved", "notice.approved",
		"waiver.approved", "certificate.approved"},
	"it puts something before those who sign, and is nothing without them": {"change.submitted", "link.asked",
		"run.prepared", "run.submitted", "notice.submitted", "waiver.asked", "certificate.asked"},
	"it says no, or takes back one's own before it has had an effect": {"change.refused", "change.returned",
		"change.withdrawn", "change.disowned", "person.number_disowned",
		"decision.denied", "change.taken_back", "data.refused",
		"run.reopened", "run.settlement_taken_back", "debt.repaid_taken_back",
		"link.refused", "link.taken_back", "run.returned", "run.treasury_returned", "run.mended",
		"run.withdrawn", "run.approval_withdrawn", "run.taken_back", "policy.refused", "policy.taken_back",
		"waiver.refused", "waiver.taken_back", "certificate.refused", "certificate.taken_back",
		"certificate.ended",
		"notice.returned", "notice.taken_back", "notice.cancelled", "notice.dropped", "notice.paused", "approval.revoked",
		"notice.recurs_no_more"},
	"one act of another name asks for all of them": {"staff.officer_asked", "staff.officer_refused",
		"run.settled", "run.results", "run.cash_settled", "notice.scheduled",
		"notice.recurs", "policy.added", "policy.closed", "person.merged"},
	"only the operator does it, on the machine": {"approval.rules_set", "staff.desk",
		"ward.added", "ward.predecessor", "ward.pay_day", "ward.pay_from", "ward.pay_every", "village.added",
		"branch.added", "branch.closed",
		"phrases.keep", "template.set", "template.ended"},
	"who does it did so by the proof itself": {"account.linked", "account.moved", "staff.signed_in",
		"staff.stepped_up", "consent.given", "consent.withdrawn"},
	"it changes neither money, nor who is who, nor who signs": {"case.opened", "case.answered", "case.closed",
		"line.received", "evidence.added", "evidence.removed", "evidence.kept", "evidence.opened", "person.called",
		"person.stages", "person.distinct", "village.also_called", "village.renamed", "notice.reminded", "notice.resent",
		"notice.resumed", "notice.pictured", "notice.reported", "notice.by_leader", "notice.template_kept",
		"notice.template_dropped", "budget.set", "report.taken", "run.tampered",
		"run.risks_told", "results.word_said", "results.word_forgotten", "data.asked", "data.done", "breach.found",
		"breach.reported", "breach.closed", "ward.accounts_not_on", "ward.treasury", "bank_form.learned",
		"bank_form.forgotten",
		"journal.keyed"},
	"the numbers in it are masked":                           {"statement.taken", "data.copied"},
	"the token that signed it is the proof":                  {"run.signed_received"},
	"accounts in it are masked":                              {"run.signed_taken"},
	"it says of oneself what one may say, and can be undone": {"confirmation.issued"},
	"it takes a paper back, and another is had at once":      {"confirmation.revoked"},
}

var action = regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)

// written are the acts that a service writes into the journal by name.
func written(t *testing.T) map[string]string {
	t.Helper()
	acts := map[string]string{}
	note := func(path string, in ast.Node) {
		ast.Inspect(in, func(node ast.Node) bool {
			literal, is := node.(*ast.BasicLit)
			if is && literal.Kind == token.STRING && action.MatchString(strings.Trim(literal.Value, `"`)) {
				acts[strings.Trim(literal.Value, `"`)] = path
			}
			return true
		})
	}
	named := func(expression ast.Expr) bool {
		ident, is := expression.(*ast.Ident)
		return is && strings.EqualFold(ident.Name, "action")
	}
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.CallExpr:
				if call, is := node.Fun.(*ast.SelectorExpr); is && call.Sel.Name == "Record" {
					note(path, node)
				}
			case *ast.KeyValueExpr:
				if named(node.Key) {
					note(path, node.Value)
				}
			case *ast.AssignStmt:
				if slices.ContainsFunc(node.Lhs, named) {
					note(path, node)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return acts
}

func TestEveryActAsksForACodeOrSaysWhyNot(t *testing.T) {
	reasons := map[string]string{}
	for why, acts := range free {
		for _, act := range acts {
			reasons[act] = why
		}
	}
	for _, act := range services.GuardedActs() {
		if why, is := reasons[act.Name]; is {
			t.Errorf("%s asks for a code, and it is said that %s", act.Name, why)
		}
		reasons[act.Name] = act.Why
	}
	acts := written(t)
	for act, path := range acts {
		if reasons[act] == "" {
			t.Errorf("%s: does %s ask for a code? Guard it, or say why not in free", path, act)
		}
	}
}
