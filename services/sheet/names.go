package sheet

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"canbobot/models"
)

// organizationNames are what people call the organizations, folded.
var organizationNames = map[string]string{
	"youth": "doan thanh nien|doan phuong|doan xa|doan tn|dtn|doan|chi doan|doan tncs hcm|doan tncs ho chi " +
		"minh|doan tncshcm|chi doan thanh nien|thanh nien",
	"women": "phu nu|hoi phu nu|hoi lhpn|lhpn|pn|hoi pn|chi hoi phu nu|hoi lien hiep phu nu|chi hoi pn|ch phu " +
		"nu|hoi lien hiep phu nu viet nam",
	"farmers":    "nong dan|nd|hoi nong dan|chi hoi nong dan|chi hoi nd|hoi nd|ch nong dan|hoi nong dan viet nam",
	"veterans":   "cuu chien binh|ccb|hoi ccb|hoi cuu chien binh|chi hoi ccb|chi hoi cuu chien binh|ch ccb",
	"elderly":    "nguoi cao tuoi|cao tuoi|nct|hoi nct|hoi nguoi cao tuoi|chi hoi nct|chi hoi nguoi cao tuoi",
	"red_cross":  "chu thap do|ctd|hoi ctd|hoi chu thap do|chi hoi ctd|chi hoi chu thap do",
	"front":      "mat tran|mttq|mat tran to quoc|ban cong tac mat tran|ban ct mat tran|ban ctmt|btc mat tran|ub mttq",
	"party_cell": "chi bo|cap uy|chi uy|cap uy chi bo|chi bo dang|dang",
}

// roleNames are titles by what they are paid as, folded; an organization's own
// titles come first.
var roleNames = func() map[string]models.TermRole {
	all := map[string]models.TermRole{}
	for role, names := range map[models.TermRole]string{
		models.Head: "cap truong|truong|chi hoi truong|bi thu chi doan|bi thu|truong ban|truong ban cong tac mat " +
			"tran|hoi truong|chi doan truong|truong chi hoi|ch truong|bt chi doan|bt|cht|" +
			"truong chi doan",
		models.Deputy: "cap pho|pho|chi hoi pho|pho chi hoi truong|pho bi thu chi doan|pho bi thu|pho truong ban|pho " +
			"ban|hoi pho|pho chi hoi|chi doan pho|pho truong ban cong tac mat tran|ch pho|pbt chi doan|pbt|pho bt|chp|" +
			"p chi hoi truong|" +
			"p bi thu|p chi hoi",
		models.Member: "uy vien|uy vien bch|uy vien ban chap hanh|uv bch|uvbch|uv ban chap hanh|thanh vien|uy vien chi " +
			"hoi|uy vien bch chi hoi|uy vien bch chi doan|uv",
		models.CellMember: "chi uy vien|cap uy vien|chi uy|cap uy|uy vien chi bo|chi uy vien chi bo",
	} {
		for name := range strings.SplitSeq(names, "|") {
			all[name] = role
		}
	}
	return all
}()

// names finds what cells call villages, organizations and posts. What was found
// once is remembered: a list says the same few things over and over.
type names struct {
	villages      []models.Village
	exact         map[string]int64
	core          map[string][]int64 // without "tổ dân phố", "thôn" and the like
	former        map[string][]int64 // names that villages had, or of those that went into them
	organizations map[string]string  // folded name to code
	byCode        map[string]models.Organization
	branches      map[string][]int64 // folded name of a branch
	// what may stand behind a village: "phuong bac hong linh", and what the ward was made of
	wards []string

	places map[string]place
	posts  map[string]post
}

// place is where a cell says somebody serves; either part may be missing.
type place struct {
	village      int64
	organization string
	branch       int64
	formerly     bool // the village was found by a name that it has no more
}

// post is what a title says.
type post struct {
	role         models.TermRole
	acting       bool
	organization string // where the title itself tells
}

func newNames(villages []models.Village, organizations []models.Organization, branches []models.Branch) *names {
	n := &names{
		villages: villages, exact: map[string]int64{}, core: map[string][]int64{}, former: map[string][]int64{},
		organizations: map[string]string{},
		byCode:        map[string]models.Organization{}, branches: map[string][]int64{}, places: map[string]place{},
		posts: map[string]post{},
	}
	for _, village := range villages {
		folded := words(village.Folded)
		n.exact[folded] = village.ID
		n.core[coreOf(folded)] = append(n.core[coreOf(folded)], village.ID)
		for known := range strings.SplitSeq(village.KnownAs, " | ") {
			if known = words(known); known != "" && !slices.Contains(n.former[known], village.ID) {
				n.former[known] = append(n.former[known], village.ID)
			}
		}
	}
	for _, organization := range organizations {
		n.byCode[organization.Code] = organization
		for name := range strings.SplitSeq(organizationNames[organization.Code], "|") {
			if name != "" {
				n.organizations[name] = organization.Code
			}
		}
	}
	for _, organization := range organizations { // their own names win
		n.organizations[Words(organization.Name)] = organization.Code
		n.organizations[Words(organization.BranchName)] = organization.Code
	}
	for _, branch := range branches {
		folded := Words(branch.Name)
		n.branches[folded] = append(n.branches[folded], branch.ID)
	}
	return n
}

// Villages finds one of some villages by its name in any usual form, or by one that
// it had.
func Villages(villages []models.Village) func(name string) (id int64, found bool) {
	n := newNames(villages, nil, nil)
	return func(name string) (int64, bool) {
		found, ok := n.village(Words(name))
		return found.village, ok
	}
}

// prefixes are words before a village's own name, the longest first.
var prefixes = []string{"to dan pho so", "to dan pho", "tdp so", "tdp", "to so", "khoi pho", "khu pho", "thon so",
	"thon", "khoi", "xom", "to", "ban"}

func coreOf(folded string) string {
	for _, prefix := range prefixes {
		if rest, found := strings.CutPrefix(folded, prefix+" "); found {
			folded = rest
			break
		}
	}
	digits, glued := strings.CutPrefix(folded, "tdp")
	if !glued {
		digits, glued = strings.CutPrefix(folded, "t") // T5
	}
	if glued && onlyDigits(digits) == digits && digits != "" { // TDP5
		folded = digits
	}
	parts := strings.Fields(folded)
	for i, part := range parts { // 05 is 5
		if n, err := strconv.Atoi(part); err == nil {
			parts[i] = strconv.Itoa(n)
		}
	}
	return strings.Join(parts, " ")
}

// village finds a village by its name in any usual form, or by one that it had:
// "Thôn 3" is rather the village that was called so than "Tổ dân phố 3".
func (n *names) village(folded string) (place, bool) {
	if id, ok := n.exact[folded]; ok {
		return place{village: id}, true
	}
	if ids := n.former[folded]; len(ids) == 1 {
		return place{village: ids[0], formerly: true}, true
	}
	if ids := n.core[coreOf(folded)]; len(ids) == 1 {
		return place{village: ids[0]}, true
	}
	return place{}, false
}

// within finds the one village that a title names: "Danh sách chi hội - Tổ dân phố 3".
func (n *names) within(title string) int64 {
	text, found := " "+Words(title)+" ", int64(0)
	longest := ""
	for _, village := range n.villages {
		for _, name := range []string{words(village.Folded), "tdp " + coreOf(words(village.Folded)),
			"thon " + coreOf(words(village.Folded))} {
			if len(name) > len(longest) && strings.Contains(text, " "+name+" ") {
				longest, found = name, village.ID
			}
		}
	}
	return found
}

// mostRemembered bounds what is kept of cells.
const mostRemembered = 20_000

// where reads a cell that names a village, an organization, or a branch.
func (n *names) where(cell string) place {
	if found, known := n.places[cell]; known {
		return found
	}
	found := n.findWhere(Words(cell))
	if len(n.places) < mostRemembered {
		n.places[cell] = found
	}
	return found
}

func (n *names) findWhere(folded string) place {
	if folded == "" {
		return place{}
	}
	if id, ok := n.exact[folded]; ok {
		return place{village: id}
	}
	if code, ok := n.organizations[folded]; ok {
		return place{organization: code}
	}
	if ids := n.branches[folded]; len(ids) == 1 {
		return place{branch: ids[0]}
	}
	parts := strings.Fields(folded)
	for i := len(parts) - 1; i > 0; i-- { // "chi hội phụ nữ TDP 5"
		if code, ok := n.organizations[strings.Join(parts[:i], " ")]; ok {
			if at, ok := n.village(strings.Join(parts[i:], " ")); ok {
				at.organization = code
				return at
			}
		}
	}
	if at, ok := n.village(folded); ok {
		return at
	}
	for _, ward := range n.wards { // "Thôn Chùa, xã Thuận Lộc"
		if rest, cut := strings.CutSuffix(folded, " "+ward); cut {
			return n.findWhere(rest)
		}
	}
	return place{}
}

// post reads a title.
func (n *names) post(cell string) (post, bool) {
	if found, known := n.posts[cell]; known {
		return found, found.role != ""
	}
	found := n.findPost(Words(cell))
	if len(n.posts) < mostRemembered {
		n.posts[cell] = found
	}
	return found, found.role != ""
}

func (n *names) findPost(folded string) post {
	var found post
	folded = strings.TrimSuffix(folded, " kiem")
	folded = strings.TrimSuffix(folded, " kiem nhiem")
	for _, sign := range []string{"q ", "quyen ", "phu trach "} {
		if rest, cut := strings.CutPrefix(folded, sign); cut {
			folded, found.acting = rest, true
		}
	}
	for code, organization := range n.byCode {
		for role, title := range map[models.TermRole]string{models.Head: organization.HeadTitle,
			models.Deputy: organization.DeputyTitle, models.Member: organization.MemberTitle} {
			if title != "" && Words(title) == folded {
				found.role = role
				if strings.Contains(folded, "chi doan") || organization.HeadTitle == "" {
					found.organization = code
				}
			}
		}
	}
	if found.organization != "" && n.byCode[found.organization].HeadTitle == "" {
		found.role = models.CellMember
		return found
	}
	if found.role != "" {
		return found
	}
	if found.role = roleNames[folded]; found.role != "" {
		if strings.Contains(folded, "chi doan") && n.byCode["youth"].Code != "" {
			found.organization = "youth"
		}
		return found
	}
	if found.acting && (folded == "chi hoi" || folded == "chi doan") { // "Phụ trách chi hội"
		found.role = models.Head
		return found
	}
	if rest, cut := strings.CutSuffix(folded, " phu trach"); cut {
		found = n.findPost(rest)
		found.acting = true
		return found
	}
	parts := strings.Fields(folded)
	for i := len(parts) - 1; i > 0; i-- { // "chi hội trưởng chi hội phụ nữ TDP 4"
		role := roleNames[strings.Join(parts[:i], " ")]
		if place := n.findWhere(strings.Join(parts[i:], " ")); role != "" && place.organization != "" {
			found.role, found.organization = role, place.organization
			return found
		}
	}
	for i := len(parts) - 1; i > 0; i-- { // "chi hội trưởng hội phụ nữ"
		role, code := roleNames[strings.Join(parts[:i], " ")], n.organizations[strings.Join(parts[i:], " ")]
		if role != "" && code != "" {
			found.role, found.organization = role, code
			return found
		}
	}
	return found
}

// nearest are the villages whose names are likest to a text, at most three.
func (n *names) nearest(cell string) []string {
	folded := coreOf(Words(cell))
	type near struct {
		name     string
		distance int
	}
	var all []near
	for _, village := range n.villages {
		core := coreOf(words(village.Folded))
		d := distance(folded, core)
		if strings.HasPrefix(core, folded) || strings.HasPrefix(folded, core) {
			d = min(d, 2)
		}
		all = append(all, near{village.Name, d})
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var found []string
	for _, one := range all[:min(3, len(all))] {
		if len(found) == 0 || one.distance <= max(3, len(folded)/2) {
			found = append(found, one.name)
		}
	}
	return found
}

// distance counts the letters to change, add or leave out.
func distance(a, b string) int {
	if len(a) > 100 || len(b) > 100 {
		return 100
	}
	before := make([]int, len(b)+1)
	for j := range before {
		before[j] = j
	}
	for i := range len(a) {
		corner := before[0]
		before[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = before[j+1]
			before[j+1] = min(cost, before[j]+1, corner+1)
		}
	}
	return before[len(b)]
}
