package texts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
)

func load(t *testing.T) *texts.Texts {
	t.Helper()
	words, err := texts.Load(func(problem string) { t.Error(problem) })
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// use is one place in the code that asks for a text.
type use struct {
	key    string // whole, or the beginning of a key that the code completes
	prefix bool
	fields []string // nil when they are not written beside the key
	at     token.Position
}

// uses reads every place that names a text: say("key", "field", value...),
// Say("key", fields), s.button("label", ...), and the refusals of services.
func uses(t *testing.T) (found []use, codes map[string]bool) {
	t.Helper()
	codes = map[string]bool{}
	files := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.BasicLit: // a code kept in a variable before it becomes an error
				if code, ok := literal(node); ok && strings.Contains(path, "/services/") {
					codes[code] = true
				}
			case *ast.CallExpr:
				if one, ok := useOf(node); ok && !ownWords(path) {
					one.at = files.Position(node.Pos())
					found = append(found, one)
				}
			case *ast.AssignStmt: // key := "key"
				if name, ok := node.Lhs[0].(*ast.Ident); ok && name.Name == "key" {
					if key, ok := literal(node.Rhs[0]); ok && strings.Contains(key, ".") {
						found = append(found, use{key: key, at: files.Position(node.Pos())})
					}
				}
			case *ast.KeyValueExpr: // Step{Ask: "key", Example: "key"}
				if name, ok := node.Key.(*ast.Ident); ok && (name.Name == "Ask" || name.Name == "Example") {
					if key, ok := literal(node.Value); ok {
						found = append(found, use{key: key, at: files.Position(node.Pos())})
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found, codes
}

// ownWords reports whether a file names its texts by keys of its own: the page
// gets them from page.
func ownWords(path string) bool { return strings.Contains(path, "/bot/web/") }

func useOf(call *ast.CallExpr) (use, bool) {
	name := ""
	packageName := ""
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = fun.Sel.Name
		if x, ok := fun.X.(*ast.Ident); ok {
			packageName = x.Name
		}
	case *ast.Ident:
		name = fun.Name
	}
	args := call.Args
	switch {
	case name == "SayIf" && len(args) > 0: // whether, then as Say
		name, args = "Say", args[1:]
	case name == "OrSay":
		name = "Say"
	}
	if len(args) == 0 {
		return use{}, false
	}
	key, whole := literal(args[0])
	prefix := ""
	if sum, ok := args[0].(*ast.BinaryExpr); ok && !whole {
		prefix = leftmost(sum)
	}
	switch {
	case name == "decisionForm" && len(args) > 1:
		key, whole = literal(args[1])
		return use{key: key}, whole
	case name == "choice" || name == "choices": // the star stands for a choice's value
		for _, arg := range args {
			if labels, ok := literal(arg); ok && strings.Contains(labels, "*") {
				prefix, _, _ = strings.Cut(labels, "*")
			}
		}
		return use{key: prefix, prefix: true}, prefix != ""
	case name == "offer" && len(args) == 3:
		key, whole = literal(args[2])
		return use{key: key}, whole
	case (name == "Button" || name == "Label") && whole:
		return use{key: "button." + key}, true
	case (name == "Intent" || name == "Own") && len(args) > 1:
		key, whole = literal(args[1])
		return use{key: "button." + key}, whole
	case name == "ConfirmWords" && whole:
		one := use{key: key, fields: []string{}}
		for _, arg := range args[1:] {
			if field, ok := literal(arg); ok {
				one.fields = append(one.fields, field)
			}
		}
		return one, true
	case name == "bornLine" && whole:
		return use{key: key}, true
	case name == "dayOfMonths":
		key, whole = literal(args[1])
		return use{key: key}, whole
	case (name == "say" || name == "Say") && whole:
		one := use{key: key}
		if !call.Ellipsis.IsValid() {
			one.fields = []string{}
			for i := 1; i < len(args); i += 2 {
				if field, ok := literal(args[i]); ok {
					one.fields = append(one.fields, field)
				}
			}
			if len(args) == 2 { // a bot.Speech: say(key, fields)
				one.fields = nil
			}
		}
		return one, true
	case (name == "say" || name == "Say") && prefix != "":
		return use{key: prefix, prefix: true}, true
	case packageName == "services" && whole &&
		slices.Contains([]string{"Invalid", "Denied", "NotFound", "Conflict", "TooMany", "Unavailable"}, name):
		kind := map[string]string{"Invalid": "invalid", "Denied": "denied", "NotFound": "not_found", "Conflict": "conflict",
			"TooMany": "too_many", "Unavailable": "unavailable"}[name]
		return use{key: "errors." + kind + "." + key}, true
	}
	return use{}, false
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func leftmost(sum *ast.BinaryExpr) string {
	for {
		switch x := sum.X.(type) {
		case *ast.BinaryExpr:
			sum = x
			continue
		case *ast.BasicLit:
			text, _ := literal(x)
			return text
		}
		return ""
	}
}

func TestEveryTextIsUsedAndEveryUseHasAText(t *testing.T) {
	words := load(t)
	used := map[string]bool{}
	var prefixes []string
	found, codes := uses(t)
	for _, one := range found {
		switch {
		case one.prefix:
			prefixes = append(prefixes, one.key)
		case !words.Has(one.key):
			t.Errorf("%s: no text %q", one.at, one.key)
		default:
			used[one.key] = true
			if one.fields == nil {
				continue
			}
			for _, gap := range words.Gaps(one.key) {
				if !slices.Contains(one.fields, gap) {
					t.Errorf("%s: text %q wants %q", one.at, one.key, gap)
				}
			}
			for _, field := range one.fields {
				if !slices.Contains(words.Gaps(one.key), field) {
					t.Errorf("%s: text %q has no gap for %q", one.at, one.key, field)
				}
			}
		}
	}
	for _, key := range words.Keys() {
		completes := slices.ContainsFunc(prefixes, func(prefix string) bool {
			return strings.Count(prefix, ".") > 0 && prefix != "errors." && strings.HasPrefix(key, prefix)
		})
		// Labels of the menu and of the page are named in tables.
		table := strings.HasPrefix(key, "button.") || strings.HasPrefix(key, "page.") || strings.HasPrefix(key, "table.")
		if strings.HasPrefix(key, "errors.") && codes[key[strings.LastIndex(key, ".")+1:]] {
			continue
		}
		if !used[key] && !completes && !table && key != "errors.internal" {
			t.Errorf("text %q is used nowhere", key)
		}
	}
}

func TestSayFillsAndComplains(t *testing.T) {
	var problems []string
	words, err := texts.Load(func(problem string) { problems = append(problems, problem) })
	if err != nil {
		t.Fatal(err)
	}
	got := words.Say("stage.paid", bot.Fields{"month": models.NewMonth(2026, 3), "amount": texts.Money(350000),
		"date": models.NewDate(2026, 4, 5)})
	if want := "Tháng 3/2026: đã chuyển 350.000 đ ngày 05/04/2026."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if len(problems) != 0 {
		t.Errorf("problems: %v", problems)
	}
	words.Say("stage.paid", nil)
	words.Say("errors.invalid.nonsense", nil)
	if len(problems) != 4 {
		t.Errorf("a missing key and three gaps make %v", problems)
	}
}

func TestMoney(t *testing.T) {
	for amount, want := range map[int64]string{
		0: "0 đ", 500: "500 đ", 200_000: "200.000 đ", -400_000: "-400.000 đ", 62_050_000: "62.050.000 đ",
		1_000_000_000_000: "1.000.000.000.000 đ",
	} {
		if got := texts.Money(amount); got != want {
			t.Errorf("Money(%d) = %q, want %q", amount, got, want)
		}
	}
}

// Different amounts must never read alike.
func TestInWordsIsUnambiguous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "a")
		b := rapid.Int64Range(0, 1_000_000_000_000).Draw(t, "b")
		if a != b && texts.InWords(a) == texts.InWords(b) {
			t.Fatalf("%d and %d both read %q", a, b, texts.InWords(a))
		}
	})
}

func TestThousandths(t *testing.T) {
	for n, want := range map[int64]string{150: "0,15", 1000: "1", 500: "0,5", 1125: "1,125"} {
		if got := texts.Thousandths(n); got != want {
			t.Errorf("Thousandths(%d) = %q, want %q", n, got, want)
		}
	}
}
