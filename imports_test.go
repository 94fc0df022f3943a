package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

const module = "canbobot"

// room says what a package may import of this module, and why. A pattern ending
// in /... stands for every package below.
type room struct {
	path string
	may  []string
	// further ones for its tests; a test may always import its own package, models, models/storetest and
	// services/ward/wardtest
	tests []string
	why   string
}

var floorZero = []string{"services", "models"}

// floors of services: each may use those below it.
var (
	floorOne = join(floorZero, "services/journal", "services/evidence", "services/outbox", "services/vault",
		"services/vn")
	floorTwo   = join(floorOne, "services/roster", "services/identity", "services/drafts")
	floorThree = join(floorTwo, "services/money", "services/approve")
	floorFour  = join(floorThree, "services/change")
)

// matter is what the page of a matter may use: never that of another. Which
// channel carries what it shows is not its to know.
var matter = []string{"bot", "bot/page/kit", "bot/texts", "bot/understand", "services", "services/...", "models"}

// house is the import rule, from the street up.
var house = []room{
	{path: "main", may: []string{"app/command"},
		why: "main is one line around command.Run, so that tests reach everything"},
	{path: "app", may: []string{"app/sample", "config", "models", "services", "services/...", "bot", "bot/..."},
		tests: []string{"models/storetest"}, why: "the only place that knows everything but commands"},
	{path: "app/command", may: []string{"app", "app/...", "config", "models", "services", "services/...", "bot",
		"bot/..."},
		tests: []string{"models/storetest"}, why: "a command hands what was typed to app or to a service, and prints"},
	{path: "bench", may: []string{"..."}, why: "measures the product from outside; nothing of it is shipped"},
	{path: "app/sample", may: []string{"services", "services/...", "models"}, tests: []string{"app/..."},
		why: "the sample goes through the doors that people use, and knows no chat"},
	{path: "config", why: "settings know nobody, so that everybody may be handed them by app"},
	{path: "models", why: "rows know nobody"},
	{path: "models/storetest", may: floorZero,
		why: "opens databases for tests of any floor, and knows what may see every ward"},

	{path: "services", why: "what all capabilities share cannot hang on one of them"},
	{path: "services/journal", may: floorZero, tests: []string{"services/vault"},
		why: "the journal is written by everyone and knows no one"},
	{path: "services/anchor", may: floorTwo,
		why: "the journal knows no one: who hears of its faults and heads is told here"},
	{path: "services/outbox", may: floorZero, why: "jobs are enqueued by everyone and know no one"},
	{path: "services/vault", may: floorZero, why: "seals and hashes, whatever it is"},
	{path: "services/keys", may: join(floorZero, "services/vault"),
		why: "walks what the registry of models says is sealed, and knows nothing of what it means"},
	{path: "services/vn", may: floorZero, why: "phones, banks, citizens' numbers are read and written alike on every " +
		"floor"},
	{path: "services/roster", may: floorOne,
		why: "who holds which post does not hang on money, chat accounts or requests"},
	{path: "services/identity", may: join(floorOne, "services/approve"),
		tests: []string{"bot/session/sessiontest", "services/channels"},
		why:   "who is acting does not hang on what they may do later; that a chat is theirs is signed as all is"},
	{path: "services/channels", may: floorOne,
		why: "tokens, troubles, templates and uploads of the lines to the platforms; what is said over them is not its " +
			"business"},
	{path: "services/downloads", may: floorOne, why: "keeps a file for one person, whatever is in it"},
	{path: "services/reading", may: []string{"services"},
		why: "what a child may take is bounded without knowing what it reads"},
	{path: "services/evidence", may: join(floorZero, "services/journal", "services/reading"),
		why: "files are kept and shown without knowing what a request changes"},
	{path: "services/phrases", may: floorOne, why: "what was not understood is counted and kept without being understood"},
	{path: "services/drafts", may: floorOne, why: "a draft is kept, sealed, without being understood"},
	{path: "services/warnings", may: floorTwo,
		why: "what a ward should look at is read from the roster and from who is linked; it decides nothing"},
	{path: "services/sheet", may: join(floorTwo, "services/reading"),
		why: "a sheet is read against the roster and written from it; money and requests are not its business"},
	{path: "services/money", may: join(floorTwo, "services/sheet", "services/approve"),
		tests: []string{"services/list", "services/year", "services/money/moneytest"},
		why:   "money follows from the roster, never the other way; what the ward pays is signed as all is"},
	{path: "services/money/moneytest", may: join(floorThree, "services/list", "services/year", "models/storetest"),
		why: "furnishes a ward whose lists and years are tested too"},
	{path: "services/list", may: floorThree, tests: []string{"services/year", "services/money/moneytest"},
		why: "lists pay what the calculus owes; nothing that they pay changes what is owed"},
	{path: "services/year", may: floorThree, tests: []string{"services/list", "services/money/moneytest"},
		why: "a year adds up what lists have written; it pays nothing"},
	{path: "services/approve", may: floorOne, why: "who signs what is judged without knowing what it changes"},
	{path: "services/units", may: floorThree,
		why: "joining villages moves people's posts and shows what it does to the money"},
	{path: "services/change", may: floorThree, why: "a change shows what it does to the money"},
	{path: "services/story", may: floorFour,
		why: "a story shows what requests changed, and asks for a fresh code; the journal below it knows no one"},
	{path: "services/paper", may: join(floorThree, "services/list", "services/year"),
		why: "a paper shows a list that is approved, a chart figures that are handed in; it reckons nothing"},
	{path: "services/confirmation", may: join(floorThree, "services/list", "services/paper"),
		why: "a paper says what roster and list say, and its page whether they say so still"},
	{path: "services/signed", may: join(floorThree, "services/list", "services/paper", "services/reading"),
		tests: []string{"services/signed/signedtest"},
		why:   "a signed list is held against what went out; what it pays is not its business"},
	{path: "services/signed/signedtest", why: "signs as a token does, and knows no list"},
	{path: "services/bank", may: join(floorThree, "services/list", "services/sheet"),
		why: "a bank's answer is read like any sheet and marks a list; it pays nothing"},
	{path: "services/cases", may: join(floorFour, "services/list"), why: "a complaint shows the month that it is about"},
	{path: "services/notice", may: floorFour, why: "an audience is found in the roster"},
	{path: "services/privacy", may: join(floorFour, "services/cases", "services/list"), tests: []string{"services/notice"},
		why: "a person's copy holds what every matter keeps of them; nothing of it hangs on that"},
	{path: "services/ward", may: []string{"services", "services/...", "models"},
		why: "wires every service once; none of them knows it"},
	{path: "services/ward/wardtest",
		may: []string{"services", "services/...", "models", "models/storetest", "bot/session/sessiontest"},
		why: "a furnished ward for a test of any service, with the limits of the product"},

	{path: "bot", may: []string{"services"}, tests: []string{"bot/dialog"},
		why: "the conversation knows no SQL and no HTTP; what it needs of services it declares, and app hands it in"},
	{path: "bot/dialog", may: []string{"bot", "services"}, why: "forms are filled for any book, whatever they change"},
	{path: "bot/understand", may: []string{"bot"}, why: "text to meaning, offline"},
	{path: "bot/texts", may: join(floorZero, "bot"),
		why: "words for what services refuse and models hold; services/... would let it decide things"},
	{path: "bot/session", may: []string{"bot", "services"},
		why: "keeps the dispatcher's place, and refuses in services' terms"},
	{path: "bot/session/sessiontest", may: []string{"bot/session"},
		why: "tests of any floor are limited as the product is, not by a fake"},
	{path: "bot/page", may: join(matter, "bot/page/..."),
		why: "wires the pages of all matters, which know nothing of each other"},
	{path: "bot/page/kit", may: matter, why: "what the pages have in common knows none of them"},
	{path: "bot/page/account", may: matter, why: "linking and consent: another matter's screen is opened by the book"},
	{path: "bot/page/roster", may: matter, why: "who holds what: another matter's screen is opened by the book"},
	{path: "bot/page/change", may: matter, why: "requests: another matter's screen is opened by the book"},
	{path: "bot/page/money", may: matter, why: "what is paid: another matter's screen is opened by the book"},
	{path: "bot/page/notice", may: matter, why: "notices: another matter's screen is opened by the book"},
	{path: "bot/page/cases", may: matter, why: "questions and complaints: another matter's screen is opened by the book"},
	{path: "bot/page/told", may: matter, why: "what is told unasked: another matter's screen is opened by the book"},
	{path: "bot/delivery", may: []string{"bot", "bot/texts", "bot/understand", "services", "services/...", "models"},
		why: "sends what services enqueued"},
	{path: "bot/channeltest", may: []string{"bot", "bot/texts"}, why: "one suite for all channels"},
	{path: "bot/botapi", may: []string{"bot"}, why: "what channels over HTTP share knows no platform"},
	{path: "bot/telegram", may: []string{"bot", "bot/botapi", "bot/texts"},
		tests: []string{"bot/telegram/telegramtest", "bot/channeltest"},
		why:   "a channel carries replies; it neither decides nor asks the database"},
	{path: "bot/telegram/telegramtest", may: []string{"bot"}, tests: []string{"bot/telegram"},
		why: "the fake platform is as strange to us as the real one"},
	{path: "bot/zalo", may: []string{"bot", "bot/botapi", "bot/texts"},
		tests: []string{"bot/zalo/zalotest", "bot/channeltest"},
		why:   "a channel carries replies; its tokens are kept by a service that app hands in"},
	{path: "bot/zalo/zalotest", may: []string{"bot"}, tests: []string{"bot/zalo"},
		why: "the fake platform is as strange to us as the real one"},
	{path: "bot/zalobot", may: []string{"bot", "bot/botapi", "bot/texts"},
		tests: []string{"bot/zalobot/zalobottest", "bot/channeltest"}, why: "a channel like the others"},
	{path: "bot/zalobot/zalobottest", may: []string{"bot"}, tests: []string{"bot/zalobot"},
		why: "the fake platform is as strange to us as the real one"},
	{path: "bot/play", may: []string{"bot", "bot/web"},
		why: "a play is over the try-it page; the ward behind it, app hands in"},
	{path: "bot/inbox", may: []string{"bot"},
		why: "keeps an event that cannot be handled at once; who seals and stores it, app hands in"},
	{path: "bot/web", may: []string{"bot", "bot/texts"}, tests: []string{"bot/channeltest"},
		why: "a channel like the others"},
}

// outside says who alone may import what others wrote.
var outside = []struct {
	imports string // prefix of the import path
	only    []string
	why     string
}{
	{"gorm.io/", []string{"models", "services", "app", "bench"}, "no *gorm.DB above a service"},
	{"github.com/libtnb/", []string{"models"}, "one package opens SQLite"},
	{"modernc.org/", []string{"models"}, "one package opens SQLite"},
	{"gorm.io/driver/sqlite", nil, "needs cgo"},
	{"github.com/pressly/goose", []string{"models"}, "models open and migrate"},
	{"github.com/jackc/pgx", []string{"models", "services", "app", "bench"}, "SQL stays below the conversation"},
	{"database/sql", []string{"models", "services", "app", "bench"}, "SQL stays below the conversation"},
	{"github.com/riverqueue/", []string{"models", "services/outbox", "bot/delivery", "app"},
		"jobs go in through outbox and out through delivery"},
	{"github.com/redis/", []string{"bot/session", "app"}, "what Redis holds is listed in one package"},
	{"github.com/alicebob/", []string{"bot/session", "app"}, "what Redis holds is listed in one package"},
	{"github.com/go-telegram-bot-api/", []string{"bot/telegram"}, "no Telegram type above its channel"},
	{"net/http", []string{"app", "bot/botapi", "bot/telegram", "bot/zalo", "bot/zalobot", "bot/web", "bot/channeltest",
		"bench"},
		"services and the conversation know no HTTP"},
	{"github.com/xuri/excelize", []string{"services", "app", "bench"}, "sheets are data above the services"},
	{"github.com/caarlos0/env", []string{"config"}, "settings are read in one place"},
	{"github.com/alecthomas/kong", []string{"app", "bench"}, "commands live in app"},
}

// listeners is whoever takes what people wrote as bot/understand reads it: a word
// is learned once, for every screen, in a place with a test of its own.
var listeners = []string{"bot/page"}

// wordless are the folders that say nothing to people: their words are in
// bot/texts.
var wordless = []string{"models", "services", "config", "bot/session", "bot/inbox", "bot/botapi", "bot/telegram",
	"bot/zalo",
	"bot/zalobot", "bot/web", "bot/delivery"}

func join(list []string, more ...string) []string { return append(slices.Clone(list), more...) }

// matches reports whether path is one of the patterns; "x/..." stands for all
// that lies below x, "..." for everything.
func matches(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		below, all := strings.CutSuffix(pattern, "...")
		return path == pattern || (all && strings.HasPrefix(path, below))
	})
}

// within reports whether path is one of the folders or lies below one.
func within(path string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return path == folder || strings.HasPrefix(path, folder+"/")
	})
}

func TestHouse(t *testing.T) {
	files := 0
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			_, nested := os.Stat(filepath.Join(path, "go.mod"))
			if path != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || nested == nil) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for _, fault := range inspect(filepath.ToSlash(path), string(source)) {
			t.Error(fault)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d files seen", files)
	}
}

// inspect lists what is wrong with one file.
func inspect(path, source string) []string {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, source, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	test := strings.HasSuffix(path, "_test.go")
	folder := "main"
	if slash := strings.LastIndexByte(path, '/'); slash >= 0 {
		folder = path[:slash]
	}
	var faults []string
	fault := func(at token.Pos, format string, args ...any) {
		faults = append(faults, fmt.Sprintf("%s: ", set.Position(at))+fmt.Sprintf(format, args...))
	}
	checkImports(file, folder, test, fault)
	checkCalls(file, test, fault)
	if !test && within(folder, wordless) {
		checkWords(file, fault)
	}
	return faults
}

func checkImports(file *ast.File, folder string, test bool, fault func(token.Pos, string, ...any)) {
	at := slices.IndexFunc(house, func(r room) bool { return r.path == folder })
	if at < 0 {
		fault(file.Package, "package %s has no row in the house of imports_test.go: say what it may import, and why", folder)
		return
	}
	row := house[at]
	may := row.may
	if test {
		may = join(join(may, row.path, "models", "models/storetest", "services/ward/wardtest"), row.tests...)
	}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		if path == module {
			fault(spec.Pos(), "nothing imports main")
			continue
		}
		if ours, is := strings.CutPrefix(path, module+"/"); is {
			if !matches(ours, may) {
				fault(spec.Pos(), "%s may not import %s: %s", folder, ours, row.why)
			}
			continue
		}
		if path == "regexp" && !test && within(folder, listeners) {
			fault(spec.Pos(), "%s may not import regexp: what people write is read by bot/understand", folder)
		}
		for _, rule := range outside {
			if (path == rule.imports || strings.HasPrefix(path, strings.TrimSuffix(rule.imports, "/")+"/")) &&
				!within(folder, rule.only) && !isTestSupport(folder) {
				fault(spec.Pos(), "%s may not import %s: %s", folder, path, rule.why)
			}
		}
	}
}

// isTestSupport reports whether a package stands for the world outside.
func isTestSupport(folder string) bool { return strings.HasSuffix(folder, "test") }

// checkCalls holds the habits that a compiler cannot.
func checkCalls(file *ast.File, test bool, fault func(token.Pos, string, ...any)) {
	for _, declaration := range file.Decls {
		var skips []token.Pos
		asksEnvironment := false
		ast.Inspect(declaration, func(node ast.Node) bool {
			selector, ok := node.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			owner, _ := selector.X.(*ast.Ident)
			call := selector.Sel.Name
			if owner != nil {
				call = owner.Name + "." + call
			}
			switch {
			case selector.Sel.Name == "AutoMigrate" && !test:
				fault(selector.Pos(), "AutoMigrate changes tables behind the migrations' back")
			case call == "time.Sleep" && test:
				fault(selector.Pos(), "time.Sleep makes a test slow and unsure; use testing/synctest, a channel or the clock")
			case call == "os.Getenv" || call == "os.LookupEnv":
				asksEnvironment = true
			case test && isSkip(call):
				skips = append(skips, selector.Pos())
			}
			return true
		})
		if !asksEnvironment {
			for _, at := range skips {
				fault(at, "a skipped test proves nothing; only one that asks the environment for a server may skip")
			}
		}
	}
}

func isSkip(call string) bool {
	owner, method, _ := strings.Cut(call, ".")
	return slices.Contains([]string{"t", "b", "tb", "f"}, owner) &&
		slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, method)
}

// checkWords finds Vietnamese sentences: more than two words with letters that
// only Vietnamese has. A shorter one is a name.
func checkWords(file *ast.File, fault func(token.Pos, string, ...any)) {
	ast.Inspect(file, func(node ast.Node) bool {
		literal, ok := node.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, _ := strconv.Unquote(literal.Value)
		words := 0
		for _, word := range strings.Fields(text) {
			if strings.ContainsFunc(word, isVietnamese) {
				words++
			}
		}
		if words > 2 {
			fault(literal.Pos(), "sentences for people live in bot/texts: %s", literal.Value)
		}
		return true
	})
}

func isVietnamese(r rune) bool {
	return unicode.Is(unicode.Latin, r) && r > unicode.MaxASCII || unicode.Is(unicode.Mn, r)
}

// The rules themselves: what they must catch and what they must let through.
func TestHouseCatches(t *testing.T) {
	for _, test := range []struct {
		path, body string
		want       string // part of the only fault; empty for none
	}{
		{"main.go", `import "canbobot/app/command"`, ""},
		{"main.go", `import "canbobot/bot"`, "may not import bot"},
		{"app/open.go", `import "canbobot/services/change"`, ""},
		{"app/open.go", `import "canbobot/app/command"`, "may not import app/command"},
		{"app/open.go", `import "canbobot"`, "nothing imports main"},
		{"attic/x.go", ``, "package attic has no row"},
		{"services/vn/deeper/x.go", ``, "has no row"},
		{"bot/dispatcher.go", `import "canbobot/services"`, ""},
		{"bot/dispatcher.go", `import "canbobot/services/identity"`, "may not import services/identity"},
		{"bot/dispatcher.go", `import "canbobot/models"`, "may not import models"},
		{"bot/dispatcher_test.go", `import "canbobot/models/storetest"`, ""},
		{"bot/page/menu.go", `import "canbobot/services/cases"`, ""},
		{"bot/page/menu.go", `import "canbobot/bot/telegram"`, "may not import bot/telegram"},
		{"bot/page/menu.go", `import "regexp"`, "read by bot/understand"},
		{"bot/page/money/list.go", `import "regexp"`, "read by bot/understand"},
		{"bot/page/menu_test.go", `import "regexp"`, ""},
		{"bot/understand/said.go", `import "regexp"`, ""},
		{"bot/telegram/send.go", `import "canbobot/services"`, "may not import services"},
		{"bot/telegram/send_test.go", `import "canbobot/bot/telegram/telegramtest"`, ""},
		{"bot/telegram/send.go", `import "canbobot/bot/telegram/telegramtest"`, "may not import"},
		{"services/roster/a.go", `import "canbobot/services/money"`, "may not import services/money"},
		{"services/money/a.go", `import "canbobot/services/roster"`, ""},
		{"services/change/a.go", `import "canbobot/services/cases"`, "may not import services/cases"},
		{"services/cases/a.go", `import "canbobot/bot"`, "may not import bot"},
		{"services/errors.go", `import "canbobot/models"`, "may not import models"},
		{"config/config.go", `import "canbobot/models"`, "may not import models"},
		{"bot/page/menu.go", `import "gorm.io/gorm"`, "no *gorm.DB above a service"},
		{"services/cases/a.go", `import "gorm.io/gorm/clause"`, ""},
		{"services/cases/a.go", `import "net/http/httptest"`, "know no HTTP"},
		{"bot/delivery/a.go", `import "github.com/redis/go-redis/v9"`, "what Redis holds"},
		{"bot/web/a.go", `import t "github.com/go-telegram-bot-api/telegram-bot-api/v5"`, "no Telegram type"},
		{"services/rows.go", `import "modernc.org/sqlite"`, "one package opens SQLite"},
		{"models/open.go", `func f() { db.AutoMigrate() }`, "AutoMigrate"},
		{"models/open_test.go", `func f() { db.Raw().AutoMigrate() }`, ""},
		{"models/open.go", `func f() { x.Raw().AutoMigrate() }`, "AutoMigrate"},
		{"models/open_test.go", `func f() { time.Sleep(1) }`, "time.Sleep"},
		{"models/open.go", `func f() { time.Sleep(1) }`, ""},
		{"models/open_test.go", `func f() { t.Skip("later") }`, "proves nothing"},
		{"models/open_test.go", `func f() { if os.Getenv("X") == "" { t.Skip("no server") } }`, ""},
		{"bot/form.go", `func f() { step.Skip(turn) }`, ""},
		{"services/cases/a.go", `var x = "Anh/chị chờ một chút"`, "bot/texts"},
		{"services/cases/a.go", "var x = `Đề nghị đã được gửi`", "bot/texts"},
		{"services/cases/a.go", `var x = "Hồng Lĩnh"`, ""},
		{"services/cases/a_test.go", `var x = "Anh/chị chờ một chút"`, ""},
		{"bot/page/menu.go", `var x = "Anh/chị chờ một chút"`, ""},
		{"models/x.go", `func (`, "expected"},
	} {
		faults := inspect(test.path, "package x\n"+test.body)
		switch {
		case test.want == "" && len(faults) > 0, test.want != "" && len(faults) != 1,
			test.want != "" && !strings.Contains(faults[0], test.want):
			t.Errorf("%s: %s\ngot  %q\nwant %q", test.path, test.body, faults, test.want)
		}
	}
}

func TestHouseIsReasoned(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range house {
		if row.why == "" || seen[row.path] {
			t.Errorf("%s stands twice, or without a reason", row.path)
		}
		seen[row.path] = true
	}
}
