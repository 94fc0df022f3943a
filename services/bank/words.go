package bank

import (
	_ "embed"
	"slices"

	"canbobot/services/sheet"
)

// answer is what a bank says of a transfer.
type answer string

const (
	answerPaid     answer = "paid"
	answerFailed   answer = "failed"
	answerReturned answer = "returned"
	answerWaiting  answer = "waiting"
)

//go:embed words.txt
var wordList string

// phrases are all that is surely an answer: whole cells, as sheet.Words folds them.
// Anything else is asked, however much it looks like one: "chưa chuyển thành
// công" and "thành công một phần" have "thành công" in them.
var phrases = sheet.NewHeadings(wordList)

// vocabulary is what a ward has said of phrases that are not among them.
type vocabulary map[string]answer

func (v vocabulary) answer(cell string) (answer, bool) {
	words := sheet.Words(cell)
	if said, known := phrases.Whole(words); known {
		return answer(said), true
	}
	own, known := v[words]
	return own, known
}

// doubts are words that speak against "paid" where they stand beside it.
var doubts = []string{"khong", "ko", "chua", "loi", "sai", "tu choi", "that bai", "hoan tra", "hoan tien",
	"chuyen hoan", "tra lai", "tra ve", "bi tra", "huy", "treo", "mot phan", "not", "fail", "failed", "error", "reject",
	"rejected", "return", "returned", "reversed", "reversal", "refund", "refunded", "partial", "partially"}

// returns are those of them that a transfer's own text may not have either.
var returns = []string{"hoan tra", "hoan tien", "chuyen hoan", "tra lai", "bi tra", "returned", "reversed",
	"reversal", "refund", "refunded"}

// Said is one way in which a sheet's cells put an answer, and what it was read as:
// a state of a line, "waiting", or "" for what is not surely one.
type Said struct {
	Text   string
	Answer string
	Own    bool // because the ward has said so
	Rows   int
	Total  int64 // đồng of those rows
}

// said counts what the rows say, in the order in which it is said first.
func (r *reading) said(known vocabulary) []Said {
	var all []Said
	for _, l := range r.lines {
		for _, status := range l.statuses {
			at := slices.IndexFunc(all, func(one Said) bool { return sheet.Words(one.Text) == sheet.Words(status) })
			if at < 0 {
				at = len(all)
				read, _ := known.answer(status)
				_, own := known[sheet.Words(status)]
				all = append(all, Said{Text: sheet.Shorten(status), Answer: string(read), Own: own})
			}
			all[at].Rows++
			all[at].Total += l.amount
		}
	}
	return all
}
