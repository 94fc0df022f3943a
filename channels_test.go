package main_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// mayName are the folders that may write the name of a channel of others.
var mayName = map[string]string{
	"app/sample": "the sample's people live on the try-it page, its crowd on Telegram",
	"bench":      "it measures the channel that was asked for",
}

// A channel says itself what it is able to do and what it wants: whoever asks its
// name instead must be found again for the next channel.
func TestNobodyWritesAChannelsName(t *testing.T) {
	homes := map[string]string{} // name: folder
	files := token.NewFileSet()
	paths, err := filepath.Glob("bot/*/channel.go")
	if err != nil || len(paths) < 4 {
		t.Fatalf("channels: %q, %v", paths, err)
	}
	for _, file := range paths {
		parsed, err := parser.ParseFile(files, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if constant := parsed.Scope.Lookup("Name"); constant != nil {
			value := constant.Decl.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value
			name, _ := strconv.Unquote(value)
			homes[name] = path.Dir(file)
		}
	}
	ours(t, func(file string, _ fs.DirEntry) {
		folder := path.Dir(file)
		if path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || strings.HasSuffix(folder, "test") ||
			mayName[folder] != "" {
			return
		}
		parsed, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(node ast.Node) bool {
			literal, ok := node.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			if text, _ := strconv.Unquote(literal.Value); homes[text] != "" && homes[text] != folder {
				t.Errorf("%s: the channel's name %q stands outside of %s", files.Position(literal.Pos()), text, homes[text])
			}
			return true
		})
	})
}
