package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
)

//go:embed page.html
var pageSource string

//go:embed assets
var assetFiles embed.FS

// assets are the page's scripts and styles. Their address holds a hash of them
// all, so that browsers may keep them for ever.
type assets struct {
	version string
	byName  map[string][]byte
}

func loadAssets() assets {
	entries, err := assetFiles.ReadDir("assets")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	a := assets{byName: map[string][]byte{}}
	hash := sha256.New()
	for _, entry := range entries { // sorted by name
		content, err := assetFiles.ReadFile("assets/" + entry.Name())
		if err != nil {
			panic(err)
		}
		a.byName[entry.Name()] = content
		fmt.Fprintf(hash, "%s %d\n", entry.Name(), len(content))
		hash.Write(content)
	}
	a.version = hex.EncodeToString(hash.Sum(nil))[:12]
	return a
}

func (s *site) asset(w http.ResponseWriter, r *http.Request) {
	content, ok := s.assets.byName[r.PathValue("name")]
	if !ok || r.PathValue("version") != s.assets.version {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(r.PathValue("name"))))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content)
}

// file serves a picture in place and anything else as a download.
func (s *site) file(w http.ResponseWriter, r *http.Request) {
	stored := s.channel.stored(r.PathValue("id"))
	if stored == nil {
		http.NotFound(w, r)
		return
	}
	disposition, kind := "attachment", "application/octet-stream"
	if stored.picture {
		disposition, kind = "inline", stored.mime
	} else if full, _, err := mime.ParseMediaType(stored.mime); err == nil {
		kind = full
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Header().Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": stored.name}))
	w.Header().Set("Content-Length", strconv.Itoa(len(stored.content)))
	_, _ = w.Write(stored.content)
}

// phoneView is one of the two phones as the page is first drawn.
type phoneView struct {
	Side   string // "left" or "right"
	Label  string
	Chosen Character
	Groups []group
}

type group struct {
	Name       string
	Characters []Character
}

type pageView struct {
	Path, Assets, Token string
	Words               Words
	Boot                string // what the script needs, as JSON
	Start               string // invite code that opened the page
	Phones              []phoneView
}

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"json": func(v any) (string, error) { raw, err := json.Marshal(v); return string(raw), err },
}).Parse(pageSource))

func (s *site) page(w http.ResponseWriter, r *http.Request) {
	characters, err := s.channel.config.Characters(r.Context())
	if err != nil {
		s.channel.config.Logger.Warn("characters not listed", "channel", Name, "error", err)
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	query := r.URL.Query()
	code := query.Get("start")
	if !codeForm.MatchString(code) {
		code = ""
	}
	words := s.channel.config.Words
	guest := func(n int) Character {
		return Character{
			ID: fmt.Sprintf("guest-%d", n), Name: fmt.Sprintf("%s %d", words.say("guest"), n),
			Role: words.say("guest_role"), Group: words.say("guest_group"),
		}
	}
	isListed := func(id string) bool {
		return slices.ContainsFunc(characters, func(c Character) bool { return c.ID == id })
	}
	// An opened invite needs a phone that nobody has linked yet.
	fresh := 1
	for isListed(guest(fresh).ID) || s.channel.used(guest(fresh).ID) {
		fresh++
	}
	left, right := query.Get("left"), query.Get("right")
	if code != "" {
		left = guest(fresh).ID
	}
	all := characters
	for n := 1; n <= fresh; n++ {
		if !isListed(guest(n).ID) {
			all = append(all[:len(all):len(all)], guest(n))
		}
	}
	first, second := all[0], all[0]
	for _, c := range all {
		if c.Group != first.Group {
			second = c
			break
		}
	}
	groups := grouped(all)
	view := pageView{
		Path: s.channel.config.Path, Assets: s.channel.config.Path + "/assets/" + s.assets.version,
		Token: s.channel.token, Words: s.allWords(), Start: code,
		Phones: []phoneView{
			{Side: "left", Label: words.say("left"), Chosen: chosen(all, left, first), Groups: groups},
			{Side: "right", Label: words.say("right"), Chosen: chosen(all, right, second), Groups: groups},
		},
	}
	boot, _ := json.Marshal(map[string]any{
		"path": view.Path, "token": view.Token, "start": view.Start, "words": view.Words, "maxUpload": maxUpload,
		"maxMessages": maxMessages,
	})
	view.Boot = string(boot)
	var out bytes.Buffer
	if err := pageTemplate.Execute(&out, view); err != nil {
		s.channel.config.Logger.Error("page not drawn", "channel", Name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = out.WriteTo(w)
}

// allWords has a text for every key.
func (s *site) allWords() Words {
	all := Words{}
	for _, key := range WordKeys {
		all[key] = s.channel.config.Words.say(key)
	}
	return all
}

func chosen(all []Character, id string, otherwise Character) Character {
	for _, c := range all {
		if c.ID == id {
			return c
		}
	}
	return otherwise
}

// grouped puts characters under their headings, in order of first mention.
func grouped(all []Character) []group {
	var groups []group
	for _, c := range all {
		i := slices.IndexFunc(groups, func(g group) bool { return g.Name == c.Group })
		if i < 0 {
			groups, i = append(groups, group{Name: c.Group}), len(groups)
		}
		groups[i].Characters = append(groups[i].Characters, c)
	}
	return groups
}
