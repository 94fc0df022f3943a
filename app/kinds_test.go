package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	pages "canbobot/bot/page/change"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/change"
	"canbobot/services/outbox"
)

// Whoever adds a kind of request gives it its words, a rule, and a file on the
// bot's side that has its form and writes its differences.
func TestEveryKindOfRequestHasWordsAFormAndARule(t *testing.T) {
	words := loadWords(t)
	for _, kind := range change.Kinds() {
		name := kind.Traits().Name
		for _, key := range []string{"kind." + name, "kind_short." + name} {
			if !words.Has(key) {
				t.Errorf("no text %s", key)
			}
		}
		form := pages.FormOf(models.ChangeKind(name))
		if form == "" {
			t.Errorf("nobody can ask for %s: no form, and its differences are not written", name)
		} else if !words.Has("form_name." + form) {
			t.Errorf("no text form_name.%s", form)
		}
		if kind.Traits().Told && !words.Has("concerns.of."+name) {
			t.Errorf("no text concerns.of.%s", name)
		}
		if _, known := approve.Known(name); !known {
			t.Errorf("the rules do not know %s", name)
		}
	}
}

// Whoever adds a kind of message gives it a drawing, and words on the list to
// telephone where a template may carry it: else it fails when it is sent.
func TestEveryKindOfMessageIsDrawn(t *testing.T) {
	house := openHouse(t)
	file, err := parser.ParseFile(token.NewFileSet(), "../services/outbox/kinds.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []outbox.Kind
	ast.Inspect(file, func(node ast.Node) bool {
		spec, is := node.(*ast.ValueSpec)
		if !is {
			return true
		}
		if name, typed := spec.Type.(*ast.Ident); typed && name.Name == "Kind" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			kinds = append(kinds, outbox.Kind(value))
		}
		return true
	})
	if len(kinds) < 20 {
		t.Fatalf("found only %q", kinds)
	}
	for _, kind := range kinds {
		_, err := house.counter.Screens.Notification(t.Context(), services.Actor{}, models.Delivery{Kind: kind})
		drawn := err == nil || !strings.Contains(err.Error(), "no screen for a message")
		if want := kind != outbox.Shown && kind != outbox.CardChanged; want && !drawn {
			t.Errorf("%s is drawn by no page", kind)
		}
		if outbox.Templated(kind) && !loadWords(t).Has("told_kind."+string(kind)) {
			t.Errorf("no text told_kind.%s", kind)
		}
	}
}
