package cases_test

import (
	"sync"
	"testing"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/cases"
	"canbobot/services/outbox"
)

// paid brings the month's lines to an end.
func (h *house) paid() {
	h.t.Helper()
	err := h.store.Model(&models.PaymentLine{}).Where("ward_id = ?",
		h.ward).Updates(map[string]any{"state": models.LinePaid, "paid_on": models.DateOf(h.clock())}).Error
	if err == nil {
		err = h.store.Model(&models.PaymentRun{}).Where("ward_id = ?",
			h.ward).Updates(map[string]any{"state": models.RunExported, "exported_at": h.clock()}).Error
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) word(answer models.ReceiptAnswer, amount int64) cases.Word {
	return cases.Word{Line: h.line, Answer: answer, Amount: amount, Text: "Tôi chưa nhận được tiền."}
}

func (h *house) say(answer models.ReceiptAnswer, amount int64) models.LineReceipt {
	h.t.Helper()
	receipt, err := h.Received(h.ctx, h.by(h.lan), h.word(answer, amount))
	if err != nil {
		h.t.Fatal(err)
	}
	return receipt
}

func TestAnAnswerIsKeptOnceAndMayBeChanged(t *testing.T) {
	h := newHouse(t)
	h.paid()
	none := h.say(models.ReceiptNone, 0)
	if none.CaseID == nil {
		t.Fatal("no case was opened")
	}
	card, err := h.Card(h.ctx, h.clerk, *none.CaseID)
	if err != nil {
		t.Fatal(err)
	}
	if card.Case.State != models.CaseOpen || *card.Case.LineID != h.line || card.Case.Month != march ||
		card.Line == nil || card.Line.Line.ID != h.line || card.Line.Receipt.Answer != models.ReceiptNone || card.Settled {
		t.Errorf("card: %+v", card)
	}
	if _, staff := h.told(*none.CaseID, outbox.CaseOpened); len(staff) != 2 {
		t.Errorf("told %v", staff)
	}

	again := h.say(models.ReceiptNone, 0)
	less := h.say(models.ReceiptLess, 150_000)
	if again.ID != none.ID || less.ID != none.ID || *less.CaseID != *none.CaseID {
		t.Errorf("%+v, %+v, %+v", none, again, less)
	}
	if _, err := h.Answer(h.ctx, h.by(h.clerk), *none.CaseID, "Đang hỏi ngân hàng."); err != nil {
		t.Fatal(err)
	}
	full := h.say(models.ReceiptFull, 99)
	if full.Amount != 0 || full.Answer != models.ReceiptFull {
		t.Errorf("full: %+v", full)
	}
	card, err = h.Card(h.ctx, h.clerk, *none.CaseID)
	if err != nil || card.Case.State != models.CaseClosed || card.Case.FirstAnsweredAt == nil ||
		card.Case.ClosedAt == nil {
		t.Errorf("closed: %+v, %v", card.Case, err)
	}
	// models.CaseClosed is closed: who says so again begins another.
	reopened := h.say(models.ReceiptNone, 0)
	if *reopened.CaseID == *none.CaseID {
		t.Error("a closed case came to life again")
	}
	var rows int64
	if err := h.store.Model(&models.LineReceipt{}).Count(&rows).Error; err != nil || rows != 1 {
		t.Errorf("%d receipts, %v", rows, err)
	}
}

func TestAnAnswerJoinsTheComplaintOfTheMonth(t *testing.T) {
	h := newHouse(t)
	asked := h.complain()
	h.paid()
	card, err := h.Card(h.ctx, h.clerk, asked.Case.ID)
	if err != nil || !card.Settled {
		t.Errorf("a case whose line was paid since is not proposed for closing: %+v, %v", card, err)
	}
	if receipt := h.say(models.ReceiptNone, 0); *receipt.CaseID != asked.Case.ID {
		t.Errorf("another case: %+v", receipt)
	}
	if card, err = h.Card(h.ctx, h.clerk, asked.Case.ID); err != nil || card.Settled || len(card.Case.Messages) != 2 {
		t.Errorf("still proposed for closing: %+v, %v", card, err)
	}
}

func TestAnswersThatAreRefused(t *testing.T) {
	h := newHouse(t)
	_, err := h.Received(h.ctx, h.by(h.lan), h.word(models.ReceiptFull, 0))
	h.refused(err, "conflict/line_not_paid")
	h.paid()
	for _, bad := range []struct {
		actor services.Actor
		word  cases.Word
		want  string
	}{
		{h.lan, h.word("perhaps", 0), "invalid/receipt"},
		{h.lan, h.word(models.ReceiptLess, 0), "invalid/receipt_amount"},
		{h.lan, h.word(models.ReceiptLess, 200_000), "invalid/receipt_amount"},
		{h.lan, h.word(models.ReceiptLess, -5), "invalid/receipt_amount"},
		{h.lan, cases.Word{Line: h.line, Answer: models.ReceiptNone}, "invalid/sentence"},
		{h.lan, cases.Word{Line: 999, Answer: models.ReceiptFull}, "not_found/line"},
		{h.hoa, h.word(models.ReceiptFull, 0), "not_found/line"},
		{h.clerk, h.word(models.ReceiptFull, 0), "denied/role"},
		{h.foreign, h.word(models.ReceiptFull, 0), "denied/role"},
		{services.Actor{Role: services.Officer, Ward: h.other, Person: h.lan.Person}, h.word(models.ReceiptFull, 0),
			"not_found/person"},
		{h.stranger, h.word(models.ReceiptFull, 0), "denied/role"},
	} {
		_, err := h.Received(h.ctx, h.by(bad.actor), bad.word)
		h.refused(err, bad.want)
	}
	var rows, opened int64
	h.store.Model(&models.LineReceipt{}).Count(&rows)
	h.store.Model(&models.Case{}).Count(&opened)
	if rows+opened != 0 {
		t.Errorf("%d receipts and %d cases came of refusals", rows, opened)
	}
}

func TestAnswersAtOnceOpenOneCase(t *testing.T) {
	h := newHouse(t)
	h.paid()
	var wait sync.WaitGroup
	for range 6 {
		actor := h.by(h.lan)
		wait.Go(func() {
			if _, err := h.Received(h.ctx, actor, h.word(models.ReceiptNone, 0)); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	var rows, opened int64
	h.store.Model(&models.LineReceipt{}).Count(&rows)
	h.store.Model(&models.Case{}).Count(&opened)
	if rows != 1 || opened != 1 {
		t.Errorf("%d receipts, %d cases", rows, opened)
	}
}
