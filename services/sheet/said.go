package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"canbobot/models"
)

// What people write into cells beside values, or in their place.

// nothings are words of an empty cell.
var nothings = setOf("khong|khong co|ko|ko co|k|chua|chua co|chua mo|chua ro|chua biet|khong ro|khong nho|" +
	"chua cap nhat|chua cung cap|de trong|trong|n a|na|none|null|nil")

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.SplitSeq(words, "|") {
		set[word] = true
	}
	return set
}

// longestNothing is more than any of them has, in bytes.
const longestNothing = 40

// nothing reports whether a cell says that there is nothing to say.
func nothing(cell string) bool {
	if len(cell) > longestNothing || strings.ContainsAny(cell, "0123456789") {
		return false
	}
	folded := Words(cell)
	return folded == "" && cell != "" || nothings[folded]
}

// vacancies are words in a name's place: nobody holds the post.
var vacancies = setOf("khuyet|dang khuyet|con khuyet|khuyet chuc danh|khuyet nhan su|vacant|chua bau|" +
	"chua bau duoc|chua bo nhiem|chua kien toan|cho kien toan|dang kien toan|chua phan cong|chua co nguoi|chua co ai|" +
	"bo trong")

func vacancy(name string) bool {
	if len(name) > longestNothing {
		return false
	}
	folded := Words(name)
	return nothing(name) || vacancies[folded] || strings.HasPrefix(folded, "khuyet ")
}

// oldLetters are those of fonts of before Unicode (TCVN3's .VnTime, VNI-Times), that
// no Vietnamese word has.
const oldLetters = "µ¸¶·¹¨»¾¼½©®ª«¬øñïûöäåëüîÿØÑÏÛÖÄÅËÜÎ"

// oldFont reports whether a text was typed for such a font.
func oldFont(text string) bool { return strings.ContainsAny(norm.NFC.String(text), oldLetters) }

// aside is what stands in brackets, or a label before a number.
var (
	bracketed = regexp.MustCompile(`[(（][^)）]*[)）]`)
	labelled  = regexp.MustCompile(`^(?:so |sdt|dt|dien thoai|zalo|stk|tk|tai khoan|cccd|cmnd|can cuoc|dinh danh)[a-z ]*$`)
)

// bare is a cell with a number in it, without the label before it and what stands
// in brackets behind it: "ĐT: 0912 345 678 (Zalo)". Wide digits are digits.
func bare(cell string) string {
	if strings.Trim(cell, "0123456789") == "" {
		return cell
	}
	text := strings.TrimSpace(bracketed.ReplaceAllString(norm.NFKC.String(cell), " "))
	if i := strings.IndexAny(text, "0123456789"); i > 0 && labelled.MatchString(Words(text[:i])) {
		text = text[i:]
	}
	return strings.TrimSpace(text)
}

// others are titles of people of the village whom this roster does not keep.
var others = regexp.MustCompile(`^(?:truong thon|pho thon|thon truong|pho truong thon|to truong|to pho|cong an vien|` +
	`can bo y te|nhan vien y te|y te thon|thon doi|to bao ve|bao ve dan pho|cong tac vien|khuyen nong|` +
	`nguoi hoat dong khong chuyen trach)`)

// twoNumbers parts a cell with two numbers: "0912 345 678 - 0983 000 901".
var twoNumbers = regexp.MustCompile(`^(\+?[\d .]{9,15}?)\s*(?:[-–/;,]|và|hoặc|\s{1})\s*(\+?0[\d .]{8,14})$`)

// yearIn is the only year of a text: "Năm 1968", "1968 (58 tuổi)", "12/1968".
var years = regexp.MustCompile(`(?:^|\D)((?:19|20)\d\d)(?:\D|$)`)

func yearIn(text string) (int, bool) {
	found := years.FindAllStringSubmatch(text, 2)
	if len(found) != 1 {
		return 0, false
	}
	year, _ := strconv.Atoi(found[0][1])
	return year, true
}

// aMonth is "3/2024", "Tháng 3/2024", "T3/2024"; the month may be left out.
var aMonth = regexp.MustCompile(`^(?:thang |t ?|tu thang |tu )?(\d{1,2})[ /.-]((?:19|20)\d\d)$|` +
	`^(?:nam |tu nam )?((?:19|20)\d\d)$`)

// monthly reads a month or a year as its first day.
func monthly(cell string) (models.Date, bool) {
	found := aMonth.FindStringSubmatch(models.Fold(strings.TrimSpace(cell)))
	if found == nil {
		return models.Date{}, false
	}
	month, year := 1, found[3]
	if found[1] != "" {
		month, _ = strconv.Atoi(found[1])
		year = found[2]
	}
	if month < 1 || month > 12 {
		return models.Date{}, false
	}
	number, _ := strconv.Atoi(year)
	return models.NewDate(number, time.Month(month), 1), true
}
