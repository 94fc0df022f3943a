package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// opening are the files that may open what the vault has sealed, and why that is
// no way round roster.Show, by which alone a human sees a number of the roster
// whole, and which writes down that they did.
var opening = map[string]string{
	"services/roster/show.go":         "the door: each opening is a look in the journal",
	"services/roster/secret.go":       "a number on its way from a request into the roster; nobody is shown it",
	"services/roster/identity.go":     "a merger and its undoing: from one row into another",
	"services/keys/keys.go":           "the database's own keys",
	"services/keys/walk.go":           "sealed anew at once; nobody is shown it",
	"services/identity/totp.go":       "a generator's secret, to judge a code by",
	"services/identity/privacy.go":    "a person's own, masked",
	"services/sheet/import.go":        "the sheet that its sender is to confirm",
	"services/bank/bank.go":           "the bank's sheet that its sender is to confirm",
	"services/downloads/downloads.go": "a file for the one it was made for; making it was the look",
	"services/drafts/drafts.go":       "a form, for who fills it",
	"services/channels/file.go":       "tokens of channels",
	"services/channels/tokens.go":     "tokens of channels",
	"services/approve/humans.go":      "who is one human with whom, compared and not shown",
	"services/vault/vault.go":         "fields tagged seal, as rows are read: phones are shown by Lines.Phone",
	"app/inboxes.go":                  "events that wait for the database",
}

// writing are the files of pages that may write a telephone number whole.
var writing = map[string]string{
	"bot/page/kit/phone.go":   "the door: Lines.Phone notes whose number a reply shows",
	"bot/page/kit/answers.go": "what the reader has just typed",
}

func TestNumbersAreSeenThroughOneDoor(t *testing.T) {
	used := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			strings.HasPrefix(path, "bench") {
			return err
		}
		path = filepath.ToSlash(path)
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if field, is := node.(*ast.Field); is && field.Tag != nil && strings.Contains(field.Tag.Value, `seal:"people.`) &&
				!strings.Contains(field.Tag.Value, "phone") {
				if used[path] = true; opening[path] == "" {
					t.Errorf("%s reads what is sealed: show it by roster.Show, or say here why nobody sees it", path)
				}
			}
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of := ""
			switch x := selector.X.(type) {
			case *ast.Ident:
				of = x.Name
			case *ast.SelectorExpr:
				of = x.Sel.Name
			}
			switch {
			case selector.Sel.Name == "Open" && (strings.EqualFold(of, "vault") || of == "v"):
				if used[path] = true; opening[path] == "" {
					t.Errorf("%s opens what is sealed: show it by roster.Show, or say here why nobody sees it", path)
				}
			case selector.Sel.Name == "FormatPhone" && of == "vn" && strings.HasPrefix(path, "bot/"):
				if used[path] = true; writing[path] == "" {
					t.Errorf("%s writes a telephone number whole: kit.Lines has Phone", path)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, allowed := range []map[string]string{opening, writing} {
		for path := range allowed {
			if !used[path] {
				t.Errorf("%s opens and writes nothing any more", path)
			}
		}
	}
}
