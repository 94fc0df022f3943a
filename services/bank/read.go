package bank

import (
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
	"canbobot/services/sheet"
)

// field is what a column holds.
type field int

const (
	fieldAccount field = iota
	fieldName
	fieldAmount
	fieldStatus
	fieldReason
	fieldAbout
	fieldReference
	fieldDay
)

// synonyms are the headings that banks and wards use, folded, without marks.
var synonyms = func() map[string]field {
	all := map[string]field{}
	for what, names := range map[field]string{
		fieldAccount: "so tai khoan|stk|tai khoan|so tk|tk|so tai khoan ngan hang|tai khoan thu huong|so tai khoan thu huong|so tai khoan nguoi huong|so tai khoan nguoi thu huong|" +
			"tai khoan nguoi huong|tk thu huong|so tk thu huong|stk thu huong|so tai khoan nhan|tai khoan nhan|so tk nhan|tai khoan huong|so tai khoan huong|so tai khoan nguoi nhan|tai khoan co|account|account no|account number|beneficiary account",
		fieldName: "ho va ten|ho ten|ten|ten nguoi huong|ten nguoi thu huong|nguoi thu huong|nguoi huong|ho ten nguoi huong|ho va ten nguoi huong|ten tai khoan|ten chu tai khoan|chu tai khoan|" +
			"don vi thu huong|ten don vi thu huong|ten nguoi nhan|nguoi nhan|ten thu huong|ten can bo|ho ten can bo|ho va ten can bo|beneficiary name|account name",
		fieldAmount:    "so tien|so tien chuyen|thanh tien|so tien giao dich|so tien chuyen khoan|so tien thanh toan|gia tri|gia tri giao dich|tien|so tien vnd|so tien dong|so tien ghi co|amount",
		fieldStatus:    "trang thai|ket qua|tinh trang|trang thai giao dich|ket qua giao dich|ket qua chuyen|ket qua chuyen khoan|ket qua chuyen tien|trang thai chuyen|trang thai chuyen tien|trang thai lenh|trang thai thanh toan|ket qua thanh toan|ket qua xu ly|trang thai xu ly|kq|status|result",
		fieldReason:    "ly do|ly do loi|ly do that bai|ly do tu choi|ly do tra lai|ly do khong thanh cong|nguyen nhan|nguyen nhan loi|mo ta loi|chi tiet loi|thong bao loi|ghi chu|mo ta ket qua|chi tiet ket qua|phan hoi|ngan hang tra loi|reason|error",
		fieldAbout:     "dien giai|noi dung|noi dung chuyen khoan|noi dung chuyen tien|noi dung thanh toan|noi dung giao dich|description|remark",
		fieldReference: "ma dong|ma doi chieu|ma tham chieu|so tham chieu|ma tham chieu don vi|reference|ref",
		fieldDay:       "ngay giao dich|ngay chuyen|ngay chuyen tien|ngay hach toan|ngay gio giao dich|ngay hieu luc|thoi gian giao dich|thoi gian|ngay|ngay thanh toan|ngay xu ly|ngay tra|date",
	} {
		for name := range strings.SplitSeq(names, "|") {
			all[name] = what
		}
	}
	return all
}()

// header is where the columns are.
type header struct {
	row     int
	columns map[field]int
}

func (h header) has(what field) bool { _, ok := h.columns[what]; return ok }

// knows reports whether rows can be matched and read: which line, how much, and
// what became of it.
func (h header) knows() bool {
	return (h.has(fieldAccount) || h.has(fieldReference)) && h.has(fieldAmount) && h.has(fieldStatus)
}

func (h header) weight() int { return len(h.columns) }

func readHeader(row sheet.Row) header {
	h := header{row: row.Number, columns: map[field]int{}}
	for column, cell := range row.Cells {
		what, ok := synonyms[sheet.Heading(cell)]
		if _, taken := h.columns[what]; ok && !taken {
			h.columns[what] = column
		}
	}
	return h
}

// Kind is what a sheet reads like.
type Kind int

const (
	Roster  Kind = iota // or nothing that is known: the roster's reader refuses it with words
	Results             // a bank's answer
	Unsure              // money and accounts, and no column that tells the one from the other
)

// KindOf says by its headings what a sheet reads like. It refuses what is no
// workbook, as services/sheet does.
func KindOf(content []byte) (Kind, error) {
	heads := map[string]map[int][]string{}
	knows, money := false, false
	err := sheet.Each(content, models.Date{}, func(row sheet.Row) error {
		if row.Number > sheet.HeadingRows {
			return nil
		}
		if heads[row.Sheet] == nil {
			heads[row.Sheet] = map[int][]string{}
		}
		heads[row.Sheet][row.Number] = row.Cells
		h := readHeader(row)
		knows = knows || h.knows()
		money = money || h.has(fieldAccount) && h.has(fieldAmount) || h.has(fieldAmount) && h.has(fieldStatus)
		return nil
	})
	if err != nil {
		return Roster, err
	}
	posts := false
	for _, rows := range heads {
		_, named := sheet.RosterHeadings(rows)
		posts = posts || named
	}
	switch {
	case knows:
		return Results, nil
	case money && !posts:
		return Unsure, nil
	}
	return Roster, nil
}

// answer is what a bank says of a transfer.
type answer string

const (
	answerPaid     answer = "paid"
	answerFailed   answer = "failed"
	answerReturned answer = "returned"
	answerWaiting  answer = "waiting"
)

// line is one row that names a transfer.
type line struct {
	sheet  string
	row    int
	header header

	account string // digits; the last four where hidden
	hidden  bool
	name    string // folded
	shown   string // as written
	amount  int64
	answer  answer
	reason  string
	on      models.Date // zero where the sheet has none
	run     int64       // of the reference; 0 without one
	ref     int64       // the line
	month   models.Month

	wrong  string // code of what cannot be read; "" for none
	column field  // where that stands
	value  string
	fields map[string]any
}

// reading is a sheet before it is matched.
type reading struct {
	lines []line
	month models.Month // that the rows above the headings name; 0 for none
}

// read types every sheet that has the columns of a bank's answer. It refuses
// with invalid/result_header when none has.
func read(content []byte, today models.Date) (*reading, error) {
	r := &reading{}
	current, at := "", header{}
	found := false
	err := sheet.Each(content, today, func(row sheet.Row) error {
		if row.Sheet != current {
			current, at = row.Sheet, header{}
		}
		if row.Number <= sheet.HeadingRows {
			if h := readHeader(row); h.knows() && h.weight() > at.weight() {
				at, found = h, true
				return nil
			}
		}
		if at.columns == nil || !at.knows() {
			for _, cell := range row.Cells {
				if month := monthIn(cell); month != 0 && r.month == 0 {
					r.month = month
				}
			}
			return nil
		}
		if one, ok := readLine(row, at, today); ok {
			r.lines = append(r.lines, one)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, services.Invalid("result_header")
	}
	return r, nil
}

// readLine types one row; false for a row of sums, signatures and the like.
func readLine(row sheet.Row, at header, today models.Date) (line, bool) {
	l := line{sheet: row.Sheet, row: row.Number, header: at}
	cell := func(what field) string {
		if column, ok := at.columns[what]; ok && column < len(row.Cells) {
			return sheet.Text(row.Cells[column])
		}
		return ""
	}
	account, reference, status, amount := cell(fieldAccount), cell(fieldReference), cell(fieldStatus), cell(fieldAmount)
	l.shown = cell(fieldName)
	l.name = foldName(l.shown)
	if account == "" && reference == "" && status == "" {
		return l, false // a sum, a signature, an empty line of a form
	}
	wrong := func(what field, code string, err error) {
		if l.wrong != "" {
			return
		}
		refusal := (*services.Error)(nil)
		if errors.As(err, &refusal) {
			code, l.fields = refusal.Code, refusal.Fields
		}
		l.wrong, l.column, l.value = code, what, cell(what)
	}
	for _, what := range []field{fieldAccount, fieldName, fieldAmount, fieldStatus, fieldReference, fieldDay} {
		if sheet.IsFormulaError(cell(what)) {
			wrong(what, "formula", nil)
		}
	}
	if reference != "" {
		var ok bool
		if l.run, l.ref, ok = list.ParseReference(reference); !ok && !at.has(fieldAccount) {
			wrong(fieldReference, "result_reference", nil)
		}
	}
	if account != "" {
		var err error
		if l.account, l.hidden, err = sheet.AccountNumber(account); err != nil || l.account == "" {
			wrong(fieldAccount, "result_account", err)
		}
	} else if l.ref == 0 {
		wrong(fieldAccount, "result_account_missing", nil)
	}
	var ok bool
	if l.amount, ok = readAmount(amount); !ok {
		wrong(fieldAmount, "result_amount", nil)
	}
	if l.answer, ok = readAnswer(status); !ok {
		wrong(fieldStatus, "result_status", nil)
	}
	if l.answer == answerFailed || l.answer == answerReturned {
		l.reason = cell(fieldReason)
		if about := cell(fieldAbout); l.reason == "" && !at.has(fieldReason) && monthIn(about) == 0 {
			l.reason = about
		}
		if l.reason == "" {
			l.reason = status
		}
	}
	if day := cell(fieldDay); day != "" && l.answer == answerPaid {
		on, err := row.Days.Read(day)
		switch {
		case err != nil:
			wrong(fieldDay, "day", err)
		case on.After(today):
			wrong(fieldDay, "result_day", nil)
		default:
			l.on = on
		}
	}
	l.month = monthIn(cell(fieldAbout))
	return l, true
}

var aside = regexp.MustCompile(`\([^)]*\)`)

// foldName is a name as it is compared: banks write capitals without accents.
func foldName(name string) string {
	return strings.Join(strings.Fields(aside.ReplaceAllString(models.Fold(name), " ")), " ")
}

var monthly = regexp.MustCompile(`\bthang ?0?(\d{1,2}) ?[/.\-] ?(20\d\d)\b`)

// monthIn is the month that a text names: "HO TRO THANG 03/2026"; 0 for none.
func monthIn(cell string) models.Month {
	if len(cell) > 500 {
		return 0
	}
	match := monthly.FindStringSubmatch(models.Fold(cell))
	if match == nil {
		return 0
	}
	month, err := models.ParseMonth(match[2] + "-" + strings.Repeat("0", 2-len(match[1])) + match[1])
	if err != nil {
		return 0
	}
	return month
}

// most is what no transfer of a ward exceeds.
const most = 1_000_000_000_000

var (
	grouped = regexp.MustCompile(`^\d{1,3}([., ]\d{3})+$`)
	cents   = regexp.MustCompile(`[.,]0{1,2}$`)
)

// readAmount reads an amount of đồng as banks write it: 200000, 200.000,
// 200,000.00 VND, 2E+05. It is above zero.
func readAmount(cell string) (int64, bool) {
	text := strings.TrimSpace(cell)
	for _, unit := range []string{"vnđ", "vnd", "đồng", "dong", "đ"} {
		if len(text) > len(unit) && strings.EqualFold(text[len(text)-len(unit):], unit) {
			text = strings.TrimSpace(text[:len(text)-len(unit)])
			break
		}
	}
	text = cents.ReplaceAllString(sheet.Whole(text), "")
	if grouped.MatchString(text) {
		text = strings.NewReplacer(".", "", ",", "", " ", "").Replace(text)
	}
	amount, err := strconv.ParseInt(text, 10, 64)
	if err != nil || amount <= 0 || amount > most || amount > math.MaxInt64/2 {
		return 0, false
	}
	return amount, true
}

// answers are words of a status, in the order in which they are looked for: "không
// thành công" has "thành công" in it, "đã hoàn trả" has "đã".
var answers = []struct {
	answer answer
	words  []string
}{
	{answerReturned, []string{"hoan tra", "hoan tien", "tra lai", "tra ve", "bi tra", "return", "reversed", "refund"}},
	{answerFailed, []string{"khong thanh cong", "chua thanh cong", "ko thanh cong", "k thanh cong", "that bai", "loi", "tu choi", "khong chuyen", "chua chuyen duoc", "khong hop le", "huy", "fail", "reject", "error", "unsuccessful"}},
	{answerWaiting, []string{"dang xu ly", "dang cho", "dang chuyen", "dang thuc hien", "cho xu ly", "cho duyet", "cho ngan hang", "cho ket qua", "chua xu ly", "pending", "process", "waiting", "treo"}},
	{answerPaid, []string{"thanh cong", "da chuyen", "da thanh toan", "da ghi co", "da tra", "da chi", "hoan thanh", "hoan tat", "da hach toan", "da duoc", "success", "completed", "ok", "xong"}},
}

func readAnswer(cell string) (answer, bool) {
	folded := " " + sheet.Heading(cell) + " "
	for _, one := range answers {
		if slices.ContainsFunc(one.words, func(word string) bool { return strings.Contains(folded, " "+word) }) {
			return one.answer, true
		}
	}
	return "", false
}
