package bank_test

import (
	"slices"
	"testing"

	"canbobot/models"
	"canbobot/services"
)

// A phrase that is not surely an answer is asked once for all its rows; what is
// said of it is remembered for the ward, and asked again when it is forgotten.
func TestADoubtfulPhraseIsAskedOnce(t *testing.T) {
	h := newHouse(t)
	rows := [][]any{heads, answer(0, "Lệnh đã duyệt chi", ""), answer(1, "Lệnh đã duyệt chi.", ""),
		answer(2, "Chuyển thành công một phần", "")}
	preview := h.preview(rows...)
	asked := preview.Question
	if asked == nil || asked.Text != "Lệnh đã duyệt chi" || asked.Rows != 2 || asked.Total != 350_000 || asked.More != 1 ||
		len(asked.Answers) != 4 {
		t.Fatalf("asked %+v", asked)
	}
	_, err := h.Apply(h.ctx, h.clerk, preview.ID)
	h.refused(err, "conflict/result_gone")
	_, err = h.Learn(h.ctx, h.clerk, preview.ID, asked.Key, "sent")
	h.refused(err, "invalid/result_answer")

	next, err := h.Learn(h.ctx, h.clerk, preview.ID, asked.Key, "paid")
	if err != nil {
		t.Fatal(err)
	}
	// What has a part, a denial or a return in it is never money that went.
	if next.Question == nil || next.Question.More != 0 || slices.Contains(next.Question.Answers, "paid") {
		t.Fatalf("asked %+v", next.Question)
	}
	_, err = h.Learn(h.ctx, h.clerk, next.ID, next.Question.Key, "paid")
	h.refused(err, "invalid/result_answer")
	last, err := h.Learn(h.ctx, h.clerk, next.ID, next.Question.Key, "waiting")
	if err != nil || last.Question != nil || last.Counts.Paid != 2 || last.Counts.Waiting != 1 || last.Counts.Errors != 0 {
		t.Fatalf("%+v, %v", last, err)
	}
	h.apply(last)
	if got := h.states(); got[0] != paid || got[1] != paid || got[2] != pending {
		t.Errorf("states %v", got)
	}

	words, err := h.Words(h.ctx, h.clerk)
	if err != nil || len(words) != 2 {
		t.Fatalf("%v, %v", words, err)
	}
	if again := h.preview(rows...); again.Question != nil || !again.Said[0].Own {
		t.Errorf("asked again: %+v", again.Question)
	}
	_, err = h.Words(h.ctx, services.Actor{Role: services.Officer, Ward: h.ward.ID, Person: 1})
	if err == nil {
		t.Error("an officer read them")
	}
	if err := h.Forget(h.ctx, h.clerk, words[0].ID); err != nil {
		t.Fatal(err)
	}
	if again := h.preview(rows...); again.Question == nil {
		t.Error("what was forgotten is not asked again")
	}
}

// Another ward's word says nothing here, and a word that everybody knows cannot be
// given another meaning.
func TestAWordIsTheWardsOwn(t *testing.T) {
	h := newHouse(t)
	var other models.Ward
	if err := h.store.Take(&other, "code = ?", "nam").Error; err != nil {
		t.Fatal(err)
	}
	h.create(&models.ResultWord{WardID: other.ID, Words: "lenh da duyet chi", Text: "x", Answer: "paid", At: h.now})
	h.create(&models.ResultWord{WardID: h.ward.ID, Words: "that bai", Text: "x", Answer: "paid", At: h.now})
	preview := h.preview(heads, answer(0, "Lệnh đã duyệt chi", ""), answer(1, "Thất bại", ""))
	if preview.Question == nil || preview.Said[1].Answer != "failed" {
		t.Errorf("%+v", preview.Said)
	}
}

// A column that says something else in every row is no column of answers.
func TestAColumnOfManyPhrasesIsNotAsked(t *testing.T) {
	h := newHouse(t)
	rows := [][]any{heads}
	for i, said := range []string{"a b", "c d", "e f", "g h", "i k", "l m", "n o"} {
		rows = append(rows, answer(i%len(people), said, ""))
	}
	if preview := h.preview(rows...); preview.Question != nil || preview.ID != 0 || preview.Counts.Errors == 0 {
		t.Errorf("%+v", preview)
	}
}
