package main_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

func read(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func section(t *testing.T, page, title string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, "\n## "+title+"\n")
	if !found {
		t.Fatalf("there is no section %q", title)
	}
	text, _, _ := strings.Cut(rest, "\n## ")
	return text
}

// ours walks the tree's files of our own.
func ours(t *testing.T, visit func(path string, entry fs.DirEntry)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "testdata" || path == ".git" || entry.Name() == "node_modules") {
			return fs.SkipDir
		}
		if err == nil {
			visit(filepath.ToSlash(path), entry)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// packages are the folders that hold Go files.
func packages(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	ours(t, func(file string, _ fs.DirEntry) {
		if folder := path.Dir(file); path.Ext(file) == ".go" && folder != "." && folder != "tools" {
			found[folder] = true
		}
	})
	return found
}

// Who looks for something finds its folder in CONTRIBUTING's map.
func TestTheMapIsComplete(t *testing.T) {
	_, drawn, _ := strings.Cut(section(t, read(t, "CONTRIBUTING.md"), "Finding your way"), "```\n")
	drawn, _, _ = strings.Cut(drawn, "```")
	listed, above := map[string]bool{}, []string{}
	for line := range strings.Lines(drawn) {
		name, what, _ := strings.Cut(strings.TrimSpace(line), " ")
		depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		if depth > len(above) || strings.TrimSpace(what) == "" {
			t.Errorf("the map cannot be read at %q", line)
			continue
		}
		above = append(above[:depth], strings.TrimSuffix(name, "/"))
		place := path.Join(above...)
		listed[place] = true
		if info, err := os.Stat(place); err != nil || info.IsDir() != strings.HasSuffix(name, "/") {
			t.Errorf("the map names %s, which is not there", place)
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(packages(t))) {
		if !listed[folder] {
			t.Errorf("CONTRIBUTING's map has no line for %s", folder)
		}
	}
	for _, room := range house {
		if room.path != "main" && !listed[room.path] {
			t.Errorf("the import rule has a row for %s, the map no line", room.path)
		}
	}
}

// The words of the design, of which each says one thing.
func TestTheGlossaryIsComplete(t *testing.T) {
	words := section(t, read(t, "CONTRIBUTING.md"), "Words")
	for _, word := range []string{
		"Ward", "Village", "Organization", "Branch", "Person", "Staff", "Human", "Term", "Role", "Title", "Policy",
		"Entitlement", "Destination", "PaymentRun", "PaymentLine", "Adjustment", "Debt", "ChangeRequest", "Item",
		"Signature", "Case", "Notice", "Delivery", "Account", "Invite", "Actor", "Page", "Sheet", "Paper",
	} {
		if !strings.Contains(words, "\n| "+word+" |") {
			t.Errorf("the glossary does not say what %s is", word)
		}
	}
}

// A package's comment begins with its own name.
func TestPackagesNameThemselves(t *testing.T) {
	for folder := range packages(t) {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		documented := false
		for _, file := range files {
			parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if parsed.Doc == nil || parsed.Name.Name == "main" {
				documented = documented || parsed.Doc != nil
				continue
			}
			documented = true
			if !strings.HasPrefix(parsed.Doc.Text(), "Package "+parsed.Name.Name+" ") {
				t.Errorf("%s: the comment does not begin with \"Package %s \"", file, parsed.Name.Name)
			}
		}
		if !documented {
			t.Errorf("%s: no file says what the package is", folder)
		}
	}
}

var (
	code     = regexp.MustCompile("`[^`\n]+`|(?s)```.*?```")
	aCommand = regexp.MustCompile(`canbobot ([a-z]+)(?: ([a-z]+(?:\\?\|[a-z]+)*))?`)
	symbol   = regexp.MustCompile(`\.[A-Z]\w*$`)
	aTarget  = regexp.MustCompile(`\]\(([^)#:]+)\)`)
)

// pages are the documents, by path, without what is another's.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	ours(t, func(file string, _ fs.DirEntry) {
		if path.Ext(file) == ".md" {
			found[file] = read(t, file)
		}
	})
	return found
}

// What the documents name is there: files and folders in code, and links.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	tops := map[string]bool{}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		tops[entry.Name()] = entry.IsDir()
	}
	there := func(pattern string) bool {
		matches, err := filepath.Glob(strings.TrimSuffix(strings.TrimSuffix(pattern, "..."), "/"))
		return err == nil && len(matches) > 0
	}
	for name, text := range pages(t) {
		for _, link := range aTarget.FindAllStringSubmatch(text, -1) {
			if !there(path.Join(path.Dir(name), link[1])) {
				t.Errorf("%s links to %s, which is not there", name, link[1])
			}
		}
		for _, span := range code.FindAllString(text, -1) {
			for _, word := range strings.Fields(strings.Trim(span, "`")) {
				word = strings.TrimPrefix(strings.Trim(word, `"'(),;:`), "./")
				word = symbol.ReplaceAllString(word, "") // services/outbox.Tell
				top, rest, nested := strings.Cut(word, "/")
				if nested && rest != "" && tops[top] && !there(word) {
					t.Errorf("%s names %s, which is not there", name, word)
				}
			}
		}
	}
}

// Every command that a document names can be given.
func TestDocumentsNameCommandsThatAreThere(t *testing.T) {
	children, kind := map[string][]string{}, map[string]string{}
	ours(t, func(file string, _ fs.DirEntry) {
		if path.Ext(file) == ".go" && strings.HasPrefix(file, "app/") {
			commandsOf(t, file, children, kind)
		}
	})
	if len(kind) < 20 {
		t.Fatalf("only %d commands were found", len(kind))
	}
	for name, text := range pages(t) {
		for _, said := range aCommand.FindAllStringSubmatch(strings.Join(code.FindAllString(text, -1), "\n"), -1) {
			inner := children[kind[said[1]]]
			if kind[said[1]] == "" {
				t.Errorf("%s names canbobot %s, which is no command", name, said[1])
			}
			for _, word := range strings.FieldsFunc(said[2], func(r rune) bool { return r == '|' || r == '\\' }) {
				if len(inner) > 0 && !slices.Contains(inner, word) {
					t.Errorf("%s names canbobot %s %s, which is no command", name, said[1], word)
				}
			}
		}
	}
}

// commandsOf reads the commands that a file's structs declare for kong: those
// inside each type, and the type that each command is.
func commandsOf(t *testing.T, file string, children map[string][]string, kind map[string]string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		spec, ok := node.(*ast.TypeSpec)
		if !ok {
			return true
		}
		fields, ok := spec.Type.(*ast.StructType)
		if !ok {
			return true
		}
		for _, field := range fields.Fields.List {
			if name := commandOf(field); name != "" {
				children[spec.Name.Name] = append(children[spec.Name.Name], name)
				kind[name] = types(field.Type)
			}
		}
		return true
	})
}

// commandOf is the command that a field is; empty for any other field.
func commandOf(field *ast.Field) string {
	if field.Tag == nil || len(field.Names) == 0 {
		return ""
	}
	written, err := strconv.Unquote(field.Tag.Value)
	tag := reflect.StructTag(written)
	if _, command := tag.Lookup("cmd"); err != nil || !command {
		return ""
	}
	return cmp.Or(tag.Get("name"), strings.ToLower(field.Names[0].Name))
}

func types(of ast.Expr) string {
	switch of := of.(type) {
	case *ast.Ident:
		return of.Name
	case *ast.SelectorExpr: // command.Report
		return of.Sel.Name
	case *ast.StarExpr:
		return types(of.X)
	}
	return "inline"
}

// A line of more than 120 letters is read on no screen beside another file; a tab
// counts as one.
func TestNoLineIsLong(t *testing.T) {
	ours(t, func(name string, _ fs.DirEntry) {
		if path.Ext(name) != ".go" {
			return
		}
		number := 0
		for line := range strings.Lines(read(t, name)) {
			number++
			if length := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); length > 120 {
				t.Errorf("%s:%d has %d letters", name, number, length)
			}
		}
	})
}

// manyMethods is above what a type may have: a reader of one that has more cannot
// say what it is for, and whoever uses a part of it must be handed all of it. It
// wants to be several types that hold only what they need.
const manyMethods = 60

// countMethods adds the methods that a file declares to those of its folder's types.
func countMethods(t *testing.T, counts map[string]int, folder, source string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, declaration := range file.Decls {
		method, is := declaration.(*ast.FuncDecl)
		if !is || method.Recv == nil {
			continue
		}
		receiver := method.Recv.List[0].Type
		for receiver != nil {
			switch of := receiver.(type) {
			case *ast.StarExpr:
				receiver = of.X
			case *ast.IndexExpr: // of a generic type
				receiver = of.X
			case *ast.IndexListExpr:
				receiver = of.X
			case *ast.Ident:
				counts[folder+"."+of.Name]++
				receiver = nil
			}
		}
	}
}

func methodFaults(counts map[string]int) (faults []string) {
	for name, count := range counts {
		if count > manyMethods {
			faults = append(faults, fmt.Sprintf("%s has %d methods, and may have %d", name, count, manyMethods))
		}
	}
	return faults
}

func TestNoTypeHasManyMethods(t *testing.T) {
	counts := map[string]int{}
	ours(t, func(name string, _ fs.DirEntry) {
		if path.Ext(name) == ".go" {
			countMethods(t, counts, path.Dir(name), read(t, name))
		}
	})
	for _, fault := range methodFaults(counts) {
		t.Error(fault)
	}
}

func TestNoTypeHasManyMethodsCatches(t *testing.T) {
	for _, test := range []struct {
		methods int
		on      string
		want    []string
	}{
		{60, "*Page", nil},
		{61, "*Page", []string{"bot/page/money.Page has 61 methods, and may have 60"}},
		{61, "Page[K, V]", []string{"bot/page/money.Page has 61 methods, and may have 60"}},
	} {
		var source strings.Builder
		source.WriteString("package money\n")
		for i := range test.methods {
			fmt.Fprintf(&source, "func (p %s) m%d() {}\n", test.on, i)
		}
		counts := map[string]int{}
		countMethods(t, counts, "bot/page/money", source.String())
		if got := methodFaults(counts); !slices.Equal(got, test.want) {
			t.Errorf("%d methods on %s: got %q, want %q", test.methods, test.on, got, test.want)
		}
	}
}
