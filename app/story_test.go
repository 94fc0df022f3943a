package app

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/journal"
	"canbobot/services/story"
)

// recorded collects from the code every action that the journal may hold, and
// every key of its details: what is handed to Record, and where that is a
// variable or the beginning of a word, what it can be.
func recorded(t *testing.T) (actions, keys map[string]string) {
	t.Helper()
	actions, keys = map[string]string{}, map[string]string{}
	folders := map[string][]*ast.File{}
	set := token.NewFileSet()
	err := filepath.WalkDir("../services", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, path, nil, 0)
		folders[filepath.Dir(path)] = append(folders[filepath.Dir(path)], file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, files := range folders {
		heard := false
		named := map[string]bool{"Action": true} // variables and fields that hold actions; Action of a move
		for _, file := range files {
			ast.Inspect(file, func(node ast.Node) bool {
				if detail, ok := node.(*ast.CompositeLit); ok {
					if kind, ok := detail.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Look" {
						heard = true // its Action is taken below
					}
					if kind, ok := detail.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Detail" {
						heard = true
						keysOf(detail, set, keys)
					}
				}
				if assign, ok := node.(*ast.AssignStmt); ok { // detail["key"] = ..., applied["key"] = ...
					for _, left := range assign.Lhs {
						index, ok := left.(*ast.IndexExpr)
						if owner, is := indexed(index); ok && is && (owner == "detail" || owner == "applied") {
							if key, ok := word(index.Index); ok {
								keys[key] = set.Position(left.Pos()).String()
							}
						}
					}
				}
				call, ok := node.(*ast.CallExpr)
				if !ok || len(call.Args) < 4 {
					return true
				}
				if name, ok := call.Fun.(*ast.SelectorExpr); !ok || name.Sel.Name != "Record" && name.Sel.Name != "record" {
					return true
				}
				at := set.Position(call.Pos()).String()
				if detail, ok := call.Args[len(call.Args)-1].(*ast.CompositeLit); ok {
					keysOf(detail, set, keys)
				}
				switch action := call.Args[2].(type) {
				case *ast.BasicLit:
					text, _ := word(action)
					actions[text] = at
				case *ast.BinaryExpr:
					beginning, _ := word(action.X)
					for _, end := range endings[beginning] {
						actions[beginning+end] = at
					}
					if endings[beginning] == nil {
						t.Errorf("%s: what may follow %q?", at, beginning)
					}
				case *ast.Ident:
					named[action.Name] = true
				case *ast.SelectorExpr:
					named[action.Sel.Name] = true
				}
				return true
			})
		}
		if !heard && len(named) == 0 {
			continue
		}
		for _, file := range files {
			ast.Inspect(file, func(node ast.Node) bool {
				take := func(name ast.Expr, value ast.Expr) {
					if ident, ok := name.(*ast.Ident); ok && named[ident.Name] {
						if text, ok := word(value); ok && looksLikeAction.MatchString(text) {
							actions[text] = set.Position(value.Pos()).String()
						}
						if sum, ok := value.(*ast.BinaryExpr); ok {
							beginning, _ := word(sum.X)
							for _, end := range endings[beginning] {
								actions[beginning+end] = set.Position(value.Pos()).String()
							}
						}
					}
				}
				switch node := node.(type) {
				case *ast.AssignStmt:
					for i := range min(len(node.Lhs), len(node.Rhs)) {
						take(node.Lhs[i], node.Rhs[i])
					}
				case *ast.KeyValueExpr:
					take(node.Key, node.Value)
				case *ast.CallExpr: // s.tell(ctx, actor, subject, "story.viewed")
					method, ok := node.Fun.(*ast.SelectorExpr)
					if !ok {
						break
					}
					if owner, ok := method.X.(*ast.Ident); ok && owner.Name == "s" {
						for _, argument := range node.Args {
							if sum, ok := argument.(*ast.BinaryExpr); ok {
								beginning, _ := word(sum.X)
								for _, end := range endings[beginning] {
									actions[beginning+end] = set.Position(argument.Pos()).String()
								}
							}
							if text, ok := word(argument); ok && looksLikeAction.MatchString(text) {
								actions[text] = set.Position(argument.Pos()).String()
							}
						}
					}
				}
				return true
			})
		}
	}
	return actions, keys
}

func keysOf(detail *ast.CompositeLit, set *token.FileSet, keys map[string]string) {
	for _, element := range detail.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := word(pair.Key); ok {
				keys[key] = set.Position(element.Pos()).String()
			}
		}
	}
}

// endings are what follows the beginning of an action that the code completes.
var endings = map[string][]string{
	"change.": {string(models.ChangeSubmitted), string(models.ChangeReturned), string(models.ChangeApproved),
		string(models.ChangeRefused), string(models.ChangeWithdrawn)},
	"line.": {string(models.LinePaid), string(models.LineFailed), string(models.LineReturned)},
}

var looksLikeAction = regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`)

func word(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(literal.Value)
	return text, err == nil
}

func indexed(e *ast.IndexExpr) (string, bool) {
	if e == nil {
		return "", false
	}
	name, ok := e.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return name.Name, true
}

// Nothing is written into the journal that a story could not tell: whoever
// records an action says in vi_audit.yaml what it is called.
func TestEveryActionOfTheJournalHasWords(t *testing.T) {
	words := loadWords(t)
	actions, keys := recorded(t)
	for action, at := range actions {
		if key := "story.action." + strings.ReplaceAll(action, ".", "_"); !words.Has(key) {
			t.Errorf("%s: no text %s", at, key)
		}
	}
	for _, sure := range []string{"change.approved", "line.failed", "link.agreed", "run.exported", "file.taken",
		"account.moved", "case.opened", "notice.sent", "story.viewed"} {
		if actions[sure] == "" {
			t.Errorf("the code records %s, which is not seen", sure)
		}
	}
	if len(keys) < 25 {
		t.Errorf("only %d keys seen", len(keys))
	}
	for _, reason := range change.LeaveReasons {
		if !words.Has("leave_reason." + reason) {
			t.Errorf("no text for leaving because %s", reason)
		}
	}
}

// cells reads a workbook: sheet to rows.
func cells(t *testing.T, content []byte) (names []string, all map[string][][]string) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	all = map[string][][]string{}
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		all[sheet] = rows
	}
	return book.GetSheetList(), all
}

// flat is a sheet as one text, cells set off by bars.
func flat(rows [][]string) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(strings.Join(row, " | ") + "\n")
	}
	return b.String()
}

func (h *house) fresh(t *testing.T, user string) {
	t.Helper()
	speaker, err := h.counter.Dispatcher.People.Identify(ctxFor(t), "web", user)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.ward.Identity.StepUp(ctxFor(t), speaker.Actor, h.secret(t, "totp", user)); err != nil {
		t.Fatal(err)
	}
}

// A clerk gets the story of a request and of a person as a sheet, after a fresh
// code; the looking is itself in the journal.
func TestAStoryIsHandedOut(t *testing.T) {
	house := openHouse(t)
	p := &taps{t: t, house: house, user: "can-bo-1"}
	card := p.does(bot.Inbound{Action: "card:1"})
	if !slices.Contains(bot.Choices(card), "story:change:1") {
		t.Fatalf("the card offers %v", bot.Choices(card))
	}
	if refused := p.does(bot.Inbound{Action: "story:change:1"}); len(refused.Files) != 0 ||
		refused.Text != house.counter.Texts.Say("errors.denied.step_up", nil) {
		t.Fatalf("without a code: %+v", refused)
	}
	house.fresh(t, "can-bo-1")
	if decided := p.does(bot.Inbound{Action: "ok:1:1"}); len(decided.Files) != 0 {
		t.Fatalf("deciding: %+v", decided)
	}
	house.settle(t) // the card is redrawn
	reply := p.does(bot.Inbound{Action: "story:change:1"})
	if len(reply.Files) != 1 || reply.Files[0].Name != "lich-su-de-nghi-1.xlsx" || !reply.Protect {
		t.Fatalf("answered with %+v", reply)
	}
	names, sheets := cells(t, reply.Files[0].Content)
	if len(names) != 2 || names[0] != "Tóm tắt" {
		t.Fatalf("sheets %q", names)
	}
	summary, history := flat(sheets[names[0]]), flat(sheets[names[1]])
	for _, want := range []string{"Đề nghị số | 1", "Nguyễn Thị Huyền", "Nguyễn Thị Thảo Linh", "Phan Thị Thu Hà",
		"Đối chiếu sổ"} {
		if !strings.Contains(summary, want) {
			t.Errorf("the summary lacks %q:\n%s", want, summary)
		}
	}
	for _, want := range []string{"Đề nghị số 1: gửi", "duyệt và ghi vào danh sách", "Phan Thị Thu Hà | cán bộ phường",
		"06/04/2026"} {
		if !strings.Contains(history, want) {
			t.Errorf("the history lacks %q:\n%s", want, history)
		}
	}
	var request models.ChangeRequest
	if err := house.ward.Store.Take(&request, 1).Error; err != nil {
		t.Fatal(err)
	}
	reply = p.does(bot.Inbound{Action: "story:person:" + strconv.FormatInt(*request.SubjectID, 10)})
	if len(reply.Files) != 1 {
		t.Fatalf("answered with %+v", reply)
	}
	names, sheets = cells(t, reply.Files[0].Content)
	all := flat(sheets[names[0]]) + flat(sheets[names[1]])
	for _, want := range []string{"Họ tên | Nguyễn Thị Huyền", "****", "Đề nghị số 1: gửi", "Danh sách chi trả số"} {
		if !strings.Contains(all, want) {
			t.Errorf("the person's story lacks %q:\n%s", want, all)
		}
	}
	if number := regexp.MustCompile(`(\+84|\b0)\d{9}|\d{4} \d{3} \d{3}`).FindString(all); number != "" {
		t.Errorf("a whole number is told: %s", number)
	}
	looks, err := house.ward.Audit.Of(ctxFor(t), services.Actor{Role: services.Admin, Ward: request.WardID}, "change:1")
	if err != nil || looks[len(looks)-1].Action != "story.exported" || *looks[len(looks)-1].StaffID == 0 {
		t.Errorf("the journal ends with %+v, %v", looks[len(looks)-1], err)
	}
}

// A story is for the ward's clerks, leaders and administrators, and of their own
// ward.
func TestAStoryIsNotForEverybody(t *testing.T) {
	house := openHouse(t)
	var request models.ChangeRequest
	if err := house.ward.Store.Take(&request, 1).Error; err != nil {
		t.Fatal(err)
	}
	var run models.PaymentRun
	if err := house.ward.Store.Where("ward_id = ?", request.WardID).Take(&run).Error; err != nil {
		t.Fatal(err)
	}
	var journal int64
	count := func() (n int64) {
		if err := house.ward.Store.Model(&models.AuditEntry{}).Count(&n).Error; err != nil {
			t.Fatal(err)
		}
		return n
	}
	journal = count()
	var other models.Ward
	if err := house.ward.Store.Where("id <> ?", request.WardID).Take(&other).Error; err != nil {
		t.Fatal(err)
	}
	for _, subject := range []story.Subject{{Kind: story.Change, ID: 1}, {Kind: story.Person, ID: *request.SubjectID},
		{Kind: story.Run, ID: run.ID}} {
		for _, test := range []struct {
			actor services.Actor
			want  services.Kind
		}{
			{services.Actor{Role: services.Officer, Ward: request.WardID, Person: *request.SubjectID}, services.KindDenied},
			{services.Actor{Role: services.Viewer, Ward: request.WardID, Staff: 1}, services.KindDenied},
			{services.Actor{Ward: request.WardID}, services.KindDenied},
			{services.Actor{Role: services.Clerk, Ward: other.ID, Staff: 1}, services.KindNotFound},
			{services.SystemActor(other.ID), services.KindNotFound},
		} {
			if _, err := house.ward.Story.Story(ctxFor(t), test.actor, subject); services.KindOf(err) != test.want {
				t.Errorf("%s to %+v: %v", subject, test.actor, err)
			}
			if _, err := house.ward.Story.Export(ctxFor(t), test.actor, subject, house.words()); err == nil {
				t.Errorf("%s is handed out to %+v", subject, test.actor)
			}
		}
	}
	for _, nothing := range []story.Subject{{}, {Kind: "staff", ID: 1}, {Kind: story.Person},
		{Kind: story.Run, ID: 1 << 40}} {
		if _, err := house.ward.Story.Story(ctxFor(t), services.SystemActor(request.WardID),
			nothing); services.KindOf(err) != services.KindNotFound {
			t.Errorf("%s: %v", nothing, err)
		}
	}
	if now := count(); now != journal {
		t.Errorf("%d refusals are in the journal as looks", now-journal)
	}
	told, err := house.ward.Story.Story(ctxFor(t), services.SystemActor(request.WardID),
		story.Subject{Kind: story.Run, ID: run.ID})
	if err != nil || len(told.Entries) == 0 || count() != journal+1 {
		t.Errorf("the list's story: %d entries, %v", len(told.Entries), err)
	}
}

// What somebody wrote is never a formula, and never more than a cell holds.
func TestAStoryHoldsNoFormula(t *testing.T) {
	house := openHouse(t)
	var request models.ChangeRequest
	if err := house.ward.Store.Take(&request, 1).Error; err != nil {
		t.Fatal(err)
	}
	name := `=HYPERLINK("http://x","` + strings.Repeat("a", 3000) + `")`
	if err := house.ward.Store.Model(&models.Person{}).Where("id = ?", *request.SubjectID).Update("name",
		name).Error; err != nil {
		t.Fatal(err)
	}
	sheet, err := house.ward.Story.Export(ctxFor(t), services.SystemActor(request.WardID),
		story.Subject{Kind: story.Person, ID: *request.SubjectID}, house.words())
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(sheet.Content))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	names, sheets := cells(t, sheet.Content)
	for _, one := range names {
		for y, row := range sheets[one] {
			for x, text := range row {
				at, _ := excelize.CoordinatesToCellName(x+1, y+1)
				if formula, _ := book.GetCellFormula(one, at); formula != "" || text != "" &&
					strings.ContainsRune("=+-@", rune(text[0])) || len([]rune(text)) > 2100 {
					t.Errorf("%s!%s holds %.60q", one, at, text)
				}
			}
		}
	}
	if layout, err := book.GetPageLayout(names[1]); err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" {
		t.Errorf("on paper: %+v, %v", layout, err)
	}
}

func (h *house) words() story.Words {
	return func(key string, fields map[string]any) string { return h.counter.Texts.Say(key, fields) }
}

// Every action there is, and one that nobody knows yet, comes out in words.
func TestEveryActionIsTold(t *testing.T) {
	house := openHouse(t)
	var person models.Person
	if err := house.ward.Store.Order("id").Take(&person).Error; err != nil {
		t.Fatal(err)
	}
	actions, keys := recorded(t)
	detail := journal.Detail{}
	for key := range keys {
		detail[key] = "x"
	}
	detail["from"], detail["to"], detail["role"], detail["on"] = "2026-04-01", "2026-04-02", "clerk", true
	detail["channel"] = "web"
	subject := story.Subject{Kind: story.Person, ID: person.ID}
	err := house.ward.Store.Transaction(func(tx *gorm.DB) error {
		for action := range actions {
			if err := house.ward.Audit.Record(tx, services.SystemActor(person.WardID), action, subject.String(),
				detail); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := house.ward.Story.Export(ctxFor(t), services.SystemActor(person.WardID), subject, house.words())
	if err != nil || sheet.Entries < len(actions) {
		t.Fatalf("%d entries of %d, %v", sheet.Entries, len(actions), err)
	}
	names, sheets := cells(t, sheet.Content)
	told := flat(sheets[names[1]])
	for action := range actions {
		want := house.counter.Texts.Say("story.action."+strings.ReplaceAll(action, ".", "_"), nil)
		if want == "" || !strings.Contains(told, person.Name+": "+want) {
			t.Errorf("%s is not told as %q", action, want)
		}
	}
}
