package sheet

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"canbobot/models"
)

// field is what a column holds.
type field string

const (
	fieldNumber    field = "number"
	fieldName      field = "name"
	fieldFamily    field = "family" // family and middle name, where the given name has a column of its own
	fieldGiven     field = "given"
	fieldBirth     field = "birth"
	fieldBirthToo  field = "birth_too" // of the women, where each sex has a column
	fieldTitle     field = "title"
	fieldActing    field = "acting"
	fieldUnit      field = "organization"
	fieldVillage   field = "village"
	fieldPhone     field = "phone"
	fieldCitizen   field = "citizen"
	fieldAccount   field = "account"
	fieldBank      field = "bank"
	fieldHolder    field = "holder" // the name on the account
	fieldFrom      field = "from"
	fieldTo        field = "to"
	fieldDecision  field = "decision"
	fieldDecided   field = "decided"
	fieldSigner    field = "signer"
	fieldNote      field = "note"
	fieldUnrelated field = "unrelated" // known, and not kept in the roster
)

// columns is the order in which the form has them.
var columns = []field{
	fieldNumber, fieldName, fieldBirth, fieldTitle, fieldActing, fieldUnit, fieldVillage, fieldPhone, fieldCitizen,
	fieldAccount, fieldBank, fieldHolder, fieldFrom, fieldTo, fieldDecision, fieldDecided, fieldSigner, fieldNote,
}

// synonyms are the headings that wards use, folded, without marks.
var synonyms = func() map[string]field {
	all := map[string]field{}
	for what, names := range map[field]string{
		fieldNumber: "stt|so tt|tt|so thu tu|thu tu",
		fieldName: "ho va ten|ho ten|ho va ten can bo|ho ten can bo|ten can bo|ho va ten nguoi huong|ho ten nguoi " +
			"huong|nguoi dam nhiem|ho ten chu dem va ten|ho va ten khai sinh|ho chu dem va ten khai sinh",
		fieldFamily: "ho dem|ho va dem|ho va ten dem|ho ten dem|ho chu dem|ho va chu dem|ho va ten lot|ho lot|ho",
		fieldGiven:  "ten|ten goi",
		fieldBirth: "ngay sinh|nam sinh|ngay thang nam sinh|ngay thang sinh|sinh ngay|sinh nam|ngay nam sinh|ntns|ngay " +
			"sinh nam sinh|tuoi nam sinh",
		fieldTitle: "chuc danh|chuc vu|chuc vu chuc danh|chuc danh chuc vu|chuc vu dam nhiem|chuc danh dam nhiem|chuc " +
			"vu hien tai|nhiem vu",
		fieldActing: "quyen phu trach|quyen|phu trach|quyen hoac phu trach|giu quyen|q pt",
		fieldUnit: "chi hoi|chi doan|doan the|to chuc|to chuc hoi|chi hoi chi doan|chi doan chi hoi|ten chi hoi|hoi " +
			"doan the|to chuc doan the|doan the to chuc|ten to chuc|hoi|chi hoi doan the|khoi doan the",
		fieldVillage: "thon|tdp|to dan pho|don vi|thon tdp|thon to dan pho|to dan pho thon|tdp thon|thon to|khoi " +
			"pho|khoi xom|xom|thon xom|dia ban|don vi thon tdp|don vi thon to dan pho|noi cong tac|don vi cong tac|ten thon " +
			"tdp|ten thon to dan pho",
		fieldPhone: "so dien thoai|dien thoai|sdt|so dt|dt|so dien thoai di dong|di dong|so di dong|dien thoai di " +
			"dong|dien thoai lien he|so dien thoai lien he|dtdd|so may|lien he",
		fieldCitizen: "cccd|so cccd|cmnd|so cmnd|cccd cmnd|cmnd cccd|so cccd cmnd|so cmnd cccd|can cuoc|so can cuoc|can " +
			"cuoc cong dan|so can cuoc cong dan|so dinh danh|so dinh danh ca nhan|ma dinh danh",
		fieldAccount: "so tai khoan|stk|tai khoan|so tk|tk|so tai khoan ngan hang|tai khoan so|so tai khoan nhan tien",
		fieldBank:    "ngan hang|ten ngan hang|tai ngan hang|mo tai ngan hang|ngan hang mo tai khoan|tai nh|nh",
		fieldHolder: "chu tai khoan|ten chu tai khoan|ho ten chu tai khoan|ho va ten chu tai khoan|chu tk|ten chu tk|ten " +
			"tai khoan|ten tk|nguoi dung ten tai khoan|nguoi dung ten tk|chu tai khoan ngan hang",
		fieldFrom: "tu ngay|ngay giu chuc|tu|ngay bo nhiem|ngay bat dau|bat dau|giu chuc tu|giu chuc tu ngay|ngay " +
			"nhan nhiem vu|ngay dam nhiem|ngay vao|thoi gian tu|thoi diem giu chuc|tu ngay thang nam|ngay nham chuc|thoi gian " +
			"giu chuc tu|thoi gian giu chuc tu ngay",
		fieldTo: "den ngay|den|ngay thoi giu chuc|ngay ket thuc|ket thuc|ngay nghi|giu chuc den|giu chuc den " +
			"ngay|ngay thoi|ngay thoi chuc|thoi gian den|den ngay thang nam|thoi gian giu chuc den|thoi gian giu chuc den ngay",
		fieldDecision: "so quyet dinh|quyet dinh so|quyet dinh|so qd|qd so|qd|so quyet dinh cong nhan|quyet dinh cong " +
			"nhan|can cu|van ban cong nhan|qd cong nhan",
		fieldDecided: "ngay quyet dinh|ngay qd|ngay ky|ngay ky quyet dinh|ngay ban hanh|qd ngay|quyet dinh ngay|ngay " +
			"thang qd|ngay cong nhan",
		fieldSigner: "nguoi ky|ky boi|nguoi ky quyet dinh|quyet dinh nguoi ky|nguoi ky qd|co quan ban hanh|qd nguoi ky",
		fieldNote:   "ghi chu|chu thich|luu y",
		fieldUnrelated: "gioi tinh|nam nu|gioi|nu|nam|phuong|xa|phuong xa|dan toc|ton giao|trinh do|trinh do hoc van|dang " +
			"vien|ngay vao dang|que quan|noi o|cho o|dia chi|noi o hien nay|chu ky|ky nhan|ky ten|muc ho tro|so tien|phu " +
			"cap|thanh tien|email|trinh do chuyen mon",
	} {
		for name := range strings.SplitSeq(names, "|") {
			all[name] = what
		}
	}
	return all
}()

var brackets = regexp.MustCompile(`\([^)]*\)`)

// heading folds a heading: no case, accents or marks, and nothing in brackets.
func heading(cell string) string {
	if len(cell) > maxCell {
		return ""
	}
	return words(brackets.ReplaceAllString(models.Fold(cell), " "))
}

// words keeps letters and digits, in single spaces.
func words(folded string) string {
	return strings.Join(strings.FieldsFunc(folded,
		func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// meaning finds the column that a heading names. What stands only in brackets
// counts where nothing else does: "(Ghi chú)".
func meaning(cell string) (field, bool) {
	if what, ok := synonyms[heading(cell)]; ok {
		return what, true
	}
	if len(cell) > maxCell {
		return "", false
	}
	what, ok := synonyms[Words(cell)]
	return what, ok
}

// cues are columns by words of their headings, where no heading is known whole.
var cues = NewHeadings(`phone~ dien thoai|dt|sdt|di dong|dd|zalo|so may ! noi dung|nguoi bao|chu
citizen~ cccd|can cuoc|dinh danh|cmnd ! ngay|noi
account~ tai khoan|tk|stk ! ten|chu|loai
bank~ ngan hang|nh ! chi nhanh
birth~ sinh|n sinh ! noi|que
from~ giu chuc tu|tu ngay|bat dau ! den
title~ chuc vu|chuc danh ! cu|truoc
village~ tdp|to dan pho|thon|khoi pho|xom ! so
name~ ho va ten|ho ten ! vo|chong|bo|me|con|chu tai khoan|chu tk|nguoi ky`)

// headed finds the column that a heading names, by its words where need be.
func headed(cell string) (field, bool) {
	if what, ok := meaning(cell); ok {
		return what, true
	}
	if utf8.RuneCountInString(cell) > longestHeading || strings.ContainsAny(cell, "0123456789") {
		return "", false // a title over the table
	}
	what := field(cues.Meaning(cell))
	return what, what != ""
}

const longestHeading = 32 // letters of one that is known by its words

// apart finds the given name beside "Họ và tên" that heads two columns: a column
// without a heading of its own, with one word in each row.
func (h *header) apart(rows map[int][]string) {
	name, ok := h.columns[fieldName]
	if !ok || h.has(fieldGiven) || h.unknown[name+1] != "" {
		return
	}
	for _, column := range h.columns {
		if column == name+1 {
			return
		}
	}
	seen := 0
	for number := h.last + 1; number <= headerRows; number++ {
		given := at(rows[number], name+1)
		if given == "" {
			continue
		}
		if strings.ContainsAny(given, " 0123456789") || at(rows[number], name) == "" {
			return
		}
		seen++
	}
	if seen > 0 {
		h.columns[fieldGiven] = name + 1
	}
}

// header is where the columns of a sheet are.
type header struct {
	first, last int           // rows that the headings take
	columns     map[field]int // counted from 0
	unknown     map[int]string
}

func (h header) has(what field) bool { _, ok := h.columns[what]; return ok }

// weight is how much of a list the columns make: 0 when they are none.
func (h header) weight() int {
	named := h.has(fieldName) || (h.has(fieldFamily) && h.has(fieldGiven))
	if !named || len(h.columns) < 3 {
		return 0
	}
	n := len(h.columns)
	for _, what := range []field{fieldTitle, fieldUnit, fieldVillage} {
		if h.has(what) {
			n += 2
		}
	}
	return n
}

// findHeader looks among a sheet's first rows for the one, or the two on top of
// each other, that read most like headings. rows are by their number, 1 first.
func findHeader(rows map[int][]string) (header, bool) {
	var best header
	for number := 1; number <= headerRows; number++ {
		cells := rows[number]
		if cells == nil {
			continue
		}
		if one := readHeader(cells, nil); one.weight() > best.weight() {
			one.first, one.last = number, number
			best = one
		}
		if below := rows[number+1]; below != nil && number < headerRows {
			// Two lines only where the second says more than the first alone.
			if two := readHeader(cells, below); two.weight() > max(best.weight(), readHeader(below, nil).weight()) {
				two.first, two.last = number, number+1
				best = two
			}
		}
	}
	return best, best.weight() > 0
}

// readHeader reads one line of headings, or two. A cell merged over several
// columns holds its text in the first of them; one merged over both lines, in
// the upper.
func readHeader(upper, lower []string) header {
	h := header{columns: map[field]int{}, unknown: map[int]string{}}
	over := ""
	for column := range max(len(upper), len(lower)) {
		above, below := at(upper, column), at(lower, column)
		if above != "" {
			over = above
		} else if below == "" {
			over = "" // nothing spans an empty column
		}
		what, ok := field(""), false
		switch {
		case below == "":
			what, ok = headed(above)
		default:
			if what, ok = meaning(over + " " + below); !ok {
				if what, ok = headed(below); ok && (what == fieldUnrelated || what == fieldNumber) && above != "" {
					what, ok = meaning(above)
				}
			}
			if span, spans := meaning(over); ok && spans && span == fieldDecision && what == fieldFrom {
				what = fieldDecided
			}
			if !ok && above != "" {
				what, ok = headed(above)
			}
			// "Số" and "Ngày" mean little by themselves.
			if !ok {
				if span, spans := meaning(over); spans {
					what, ok = under(span, heading(below))
				}
			}
		}
		if span, spans := meaning(over); ok && spans && what == fieldUnrelated && span == fieldBirth {
			if what = fieldBirth; h.has(what) { // "Nam" and "Nữ" under "Năm sinh"
				what = fieldBirthToo
			}
		}
		switch _, taken := h.columns[what]; {
		case ok && what == fieldUnrelated:
		case ok && !taken:
			h.columns[what] = column
		case above != "" || below != "":
			h.unknown[column] = strings.TrimSpace(above + " " + below)
		}
	}
	return h
}

// under reads a short heading by the one that spans it.
func under(span field, below string) (field, bool) {
	short := map[field]map[string]field{
		fieldDecision: {"so": fieldDecision, "ngay": fieldDecided, "ngay thang": fieldDecided,
			"ngay thang nam": fieldDecided, "ky": fieldSigner},
		fieldAccount: {"so": fieldAccount, "tai": fieldBank, "chu": fieldHolder, "ten": fieldHolder},
		fieldName:    {"ho": fieldFamily, "ten": fieldGiven},
	}
	what, ok := short[span][below]
	return what, ok
}

func at(cells []string, column int) string {
	if column < 0 || column >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[column])
}
