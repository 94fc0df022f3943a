package understand

import (
	"regexp"
	"slices"
	"strings"
)

var (
	onDay   = regexp.MustCompile(`ngay (\d{1,2})`)
	fromDay = regexp.MustCompile(`du (\d{1,2})(?: ngay)?(?:.*?(\d{1,3}) ?%)?`)
	percent = regexp.MustCompile(`(\d{1,3}) ?%`)
)

// ReadAccrual reads how a month counts: "có mặt ngày 10", "đủ 12 ngày, không đủ
// thì 50%", "từ tháng sau", "theo ngày". It is the rule and its figures; "" where
// it is none.
func ReadAccrual(text string) string {
	folded := Fold(text)
	if parts := fromDay.FindStringSubmatch(folded); parts != nil {
		if parts[2] == "" {
			parts[2] = "0"
		}
		return "full_from " + parts[1] + " " + parts[2]
	}
	if parts := onDay.FindStringSubmatch(folded); parts != nil {
		return "full_if_on_day " + parts[1]
	}
	switch {
	case strings.Contains(folded, "thang sau"):
		return "next_month"
	case strings.Contains(folded, "theo ngay"):
		return "by_day"
	}
	return ""
}

// ReadStacking reads what somebody with several posts is paid: "cao nhất",
// "cao nhất và 50%", "tất cả"; "" where it is none of these.
func ReadStacking(text string) string {
	folded := Fold(text)
	switch parts := percent.FindStringSubmatch(folded); {
	case parts != nil:
		return "highest_plus " + parts[1]
	case strings.Contains(folded, "cao nhat"):
		return "highest"
	case strings.Contains(folded, "het") || strings.Contains(folded, "tat ca"):
		return "all"
	}
	return ""
}

// ruleOrganizations are by what else organizations are known where nothing but
// organizations is spoken of.
var ruleOrganizations = append(phraseTable(wordsOf("rule organizations")), organizationWords...)

// ReadOrganizations reads one or several organizations: "phụ nữ, nông dân", or
// that every one is meant.
func ReadOrganizations(text string) (codes []string, every bool) {
	if folded := Fold(text); strings.Contains(folded, "moi") || strings.Contains(folded, "tat ca") {
		return nil, true
	}
	codes = readPhrases(wordsSaid(text), ruleOrganizations)
	slices.Sort(codes)
	return codes, false
}
