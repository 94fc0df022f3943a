package texts_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"canbobot/bot/texts"
)

// verbs are the first words that a button may have: what it does.
var verbs = strings.Fields(`Báo Bỏ Bổ Cấp Chia Chốt Chọn Chép Dùng Duyệt Đọc Đóng Đổi Đồng Ghi Giữ Gọi Gộp Gửi Hỏi
Huỷ Làm Lưu Mời Mở
	Ngắt Nhắc Nhập Rút Soạn So Sửa Tách Tải Tạm Tham Thêm Thôi Tìm Tính Trả Tránh Trình Từ Về Xem Xoá Xuất`)

// notDoing are the buttons that do nothing themselves: they lead elsewhere, or
// are a person's own words.
var notDoing = []string{
	"button.help",
	"button.agree", "button.disagree", "button.have_code", "button.no_code", "button.none", "button.confirm",
	"button.absent",
	"button.got_full", "button.got_less", "button.got_none",
	"button.link_yes", "button.link_no",
}

// naming are buttons that repeat the name of a line above them.
const naming = "button.review"

func TestButtonsSayWhatTheyDo(t *testing.T) {
	words := load(t)
	for _, key := range words.Keys() {
		if !strings.HasPrefix(key, "button.") || strings.HasPrefix(key, naming) || slices.Contains(notDoing, key) {
			continue
		}
		label := words.Say(key, nil)
		if first, _, _ := strings.Cut(label, " "); !slices.Contains(verbs, first) {
			t.Errorf("%s begins with no verb: %q", key, label)
		}
	}
}

// labelled reports whether a text stands on a button.
func labelled(key string) bool {
	last := key[strings.LastIndex(key, ".")+1:]
	switch {
	case strings.HasPrefix(key, "button."), strings.HasPrefix(key, "leave_reason."), strings.HasSuffix(key, "_button"):
		return true
	case strings.HasPrefix(key, "reason."):
		return last == "label"
	}
	return last == "button" && !strings.HasPrefix(key, "errors.") || slices.Contains([]string{
		"form.send", "form.back", "form.cancel", "form.resume", "form.contact", "form.keep", "form.use",
		"problem.not_received", "problem.too_little", "problem.month_choice", "runs.prepare", "phone.mine",
		"notice.all", "notice.heads", "notice.deputies", "notice.needs", "notice.needs_not", "notice.needs_answer",
		"day.today", "day.first",
		"join.copy", "join.open_zalo", "join.open_telegram",
	}, key)
}

func TestButtonsFitAThumb(t *testing.T) {
	words := load(t)
	for _, key := range words.Keys() {
		if !labelled(key) {
			continue
		}
		// What fills a gap is short: a number, a given name, a month.
		if n := len([]rune(gaps.ReplaceAllString(raw(words, key), "1234567"))); n > 20 {
			t.Errorf("%s has %d letters", key, n)
		}
	}
}

var (
	gaps      = regexp.MustCompile(`\{[a-z_]+\}`)
	sentences = regexp.MustCompile(`[.?!:](\s|$)|\n`)
	quoted    = regexp.MustCompile(`"[^"]*"`)
	addresses = regexp.MustCompile(`[a-z]+\.zalo\.me`)
)

// raw is a text with its gaps as they stand.
func raw(words *texts.Texts, key string) string {
	fields := map[string]any{}
	for _, gap := range words.Gaps(key) {
		fields[gap] = "{" + gap + "}"
	}
	return words.Say(key, fields)
}

const longest = 25 // words in a sentence

func TestSentencesAreShort(t *testing.T) {
	words := load(t)
	for _, key := range words.Keys() {
		for _, sentence := range sentences.Split(raw(words, key), -1) {
			if n := len(strings.Fields(sentence)); n > longest {
				t.Errorf("%s has a sentence of %d words: %q", key, n, sentence)
			}
		}
	}
}

// stiff are words of offices and of English for which people have plainer ones.
var stiff = strings.Split(`truy lĩnh|thu hồi|thực hiện|tiến hành|nhằm|căn cứ vào|đối với|trường hợp|phát sinh|hợp lệ|`+
	`thao tác|hệ thống|truy cập|vui lòng|quý vị|đồng chí|hoàn tất|thất bại|kính|trân trọng|theo quy định|nêu trên|`+
	`login|error|submit|cancel|token|webhook|bot|link|ok|click|file|email|online|update|reset|`+
	`admin|app|server|user|chat|code|oa|otp|totp`, "|")

// stiffAllowed are texts where such a word is a product's name, or a column of
// the form that payment lists have.
var stiffAllowed = []string{"channel.zalobot", "payform.column.arrears"}

func TestTextsArePlain(t *testing.T) {
	words := load(t)
	for _, key := range words.Keys() {
		if slices.Contains(stiffAllowed, key) {
			continue
		}
		text := addresses.ReplaceAllString(quoted.ReplaceAllString(gaps.ReplaceAllString(raw(words, key), ""), ""), "")
		spoken := " " + strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
			return strings.ContainsRune(" \n.,:;?!()[]•→-/=", r)
		}), " ") + " "
		for _, word := range stiff {
			if strings.Contains(spoken, " "+strings.TrimSpace(word)+" ") {
				t.Errorf("%s says %q: %s", key, strings.TrimSpace(word), text)
			}
		}
	}
}

// nextStep is what a person can do after a refusal.
var nextStep = regexp.MustCompile(`(?i)(^|[ "])(bấm|gõ|gọi|hỏi|chọn|chép|đợi|ghi|gửi|mở|nhờ|báo|thử lại|tìm|trả lại` +
	`|viết|xem|xin|không cần làm gì)([ ,."]|$)`)

func TestRefusalsSayWhatNext(t *testing.T) {
	words := load(t)
	for _, key := range words.Keys() {
		if text := raw(words, key); strings.HasPrefix(key, "errors.") && !nextStep.MatchString(text) {
			t.Errorf("%s is a dead end: %s", key, text)
		}
	}
}

// named are the quotations that are no label of ours: another program's words,
// a button whose number is left out, an example.
var named = []string{"Menu", "Quan tâm", "Tải xuống", "Gói dịch vụ", "Tài khoản", "Webhook", "API Explorer", "Đã đọc",
	"Hoa tổ 5", "ZALO_APPSECRET_PROOF=true"}

// A text that names a button names it as it is written on the button.
func TestNamedButtonsAreThere(t *testing.T) {
	words := load(t)
	labels := slices.Clone(named)
	for _, key := range words.Keys() {
		if labelled(key) {
			labels = append(labels, raw(words, key))
		}
	}
	for _, key := range words.Keys() {
		if strings.HasPrefix(key, "example.") {
			continue
		}
		for _, name := range quoted.FindAllString(raw(words, key), -1) {
			name = strings.Trim(name, `"`)
			if first := []rune(name); len(first) == 0 || first[0] == '{' ||
				strings.ToLower(string(first[0])) == string(first[0]) {
				continue
			}
			if !slices.Contains(labels, name) {
				t.Errorf("%s names a button %q that is nowhere", key, name)
			}
		}
	}
}

// withoutExample are the questions whose refusals or words already show what an
// answer looks like, or to which any words are an answer.
var withoutExample = []string{"link.last4", "link.totp", "step_up.ask", "case.answer_ask"}

// A question that wants typing shows what a good answer looks like, so that a
// wrong one is followed by an example.
func TestQuestionsHaveAnExample(t *testing.T) {
	paths, err := filepath.Glob("../page/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		chosen := map[ast.Node]bool{}
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok && len(call.Args) > 0 {
				method, ok := call.Fun.(*ast.SelectorExpr)
				chosen[call.Args[0]] = ok && (method.Sel.Name == "choice" || method.Sel.Name == "acting")
			}
			step, ok := node.(*ast.CompositeLit)
			if !ok {
				return true
			}
			has, ask := map[string]bool{"Choices": chosen[step]}, "" // completed by a method that adds choices
			for _, element := range step.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok {
					if name, ok := pair.Key.(*ast.Ident); ok {
						has[name.Name] = true
						if key, ok := literal(pair.Value); ok && name.Name == "Ask" {
							ask = key
						}
					}
				}
			}
			if ask == "" {
				return true
			}
			asked++
			if !has["Example"] && !has["Choices"] && !has["AskContact"] && !slices.Contains(withoutExample, ask) {
				t.Errorf("%s: the question %q has no example", path, ask)
			}
			return true
		})
	}
	if asked < 10 {
		t.Errorf("only %d questions were found", asked)
	}
}
