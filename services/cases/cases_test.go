package cases_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/cases"
	"canbobot/services/list"
	"canbobot/services/outbox"
)

func (h *house) complain() cases.View {
	h.t.Helper()
	view, err := h.Open(h.ctx, h.by(h.lan),
		cases.Opening{Kind: models.CasePayment, Month: march, Text: " Chưa thấy tiền\r\ntháng ba \x00"})
	if err != nil {
		h.t.Fatal(err)
	}
	return view
}

func TestComplaintReachesTheClerksAndTheAnswerTheOfficer(t *testing.T) {
	h := newHouse(t)
	asked := h.complain()
	if asked.Case.State != models.CaseOpen || *asked.Case.LineID != h.line ||
		asked.Case.Messages[0].Text != "Chưa thấy tiền\ntháng ba" || *asked.Case.Messages[0].PersonID != h.lan.Person {
		t.Errorf("case: %+v", asked.Case)
	}
	if asked.Month == nil || asked.Month.Stage != list.StageSubmitted || asked.Month.Amount != 200_000 {
		t.Errorf("month: %+v", asked.Month)
	}
	if _, staff := h.told(asked.Case.ID, outbox.CaseOpened); !slices.Equal(staff, []int64{h.clerk.Staff, h.second.Staff}) {
		t.Errorf("told staff %v", staff)
	}

	queue, err := h.Queue(h.ctx, h.viewer)
	if err != nil || len(queue) != 1 || queue[0].PersonName != "Nguyễn Thị Lan" {
		t.Fatalf("queue: %+v, %v", queue, err)
	}
	card, err := h.Card(h.ctx, h.clerk, asked.Case.ID)
	if err != nil {
		t.Fatal(err)
	}
	if card.Phone != "+84912345678" || !slices.Equal(card.Titles,
		[]string{"Chi hội trưởng, Chi hội Phụ nữ Tổ dân phố 5"}) || card.Month == nil || card.Month.LineID != h.line {
		t.Errorf("card: %+v", card)
	}

	for range 2 { // what is said twice is told twice
		if _, err := h.Answer(h.ctx, h.by(h.clerk), asked.Case.ID, "Ngân hàng chuyển ngày 10."); err != nil {
			t.Fatal(err)
		}
	}
	answered, err := h.Card(h.ctx, h.lan, asked.Case.ID)
	if err != nil || answered.Case.State != models.CaseAnswered || len(answered.Case.Messages) != 3 ||
		*answered.Case.AnsweredBy != h.clerk.Staff {
		t.Errorf("answered: %+v, %v", answered.Case, err)
	}
	if people, _ := h.told(asked.Case.ID, outbox.CaseAnswered); !slices.Equal(people,
		[]int64{h.lan.Person, h.lan.Person}) {
		t.Errorf("told people %v", people)
	}
	if queue, err := h.Queue(h.ctx, h.clerk); err != nil || len(queue) != 0 {
		t.Errorf("queue: %+v, %v", queue, err)
	}

	closed, err := h.Close(h.ctx, h.by(h.lan), asked.Case.ID)
	if err != nil || closed.Case.State != models.CaseClosed {
		t.Errorf("closed: %+v, %v", closed.Case, err)
	}
	_, err = h.Answer(h.ctx, h.by(h.clerk), asked.Case.ID, "Thêm một câu")
	h.refused(err, "conflict/case_closed")
	_, err = h.Close(h.ctx, h.by(h.clerk), asked.Case.ID)
	h.refused(err, "conflict/case_closed")
	if actions := h.journaled(asked.Case.ID); !slices.Equal(actions,
		[]string{"case.opened", "case.answered", "case.answered", "case.closed"}) {
		t.Errorf("journal: %v", actions)
	}
	if mine, err := h.Mine(h.ctx, h.lan); err != nil || len(mine) != 1 || mine[0].Case.ID != asked.Case.ID {
		t.Errorf("mine: %+v, %v", mine, err)
	}
	if mine, err := h.Mine(h.ctx, h.hoa); err != nil || len(mine) != 0 {
		t.Errorf("of another: %+v, %v", mine, err)
	}
}

func TestClosedUnansweredIsTold(t *testing.T) {
	h := newHouse(t)
	asked := h.complain()
	if _, err := h.Close(h.ctx, h.by(h.clerk), asked.Case.ID); err != nil {
		t.Fatal(err)
	}
	if people, _ := h.told(asked.Case.ID, outbox.CaseAnswered); !slices.Equal(people, []int64{h.lan.Person}) {
		t.Errorf("told people %v", people)
	}
}

func TestOneOpenComplaintForAMonth(t *testing.T) {
	h := newHouse(t)
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		actor := h.by(h.lan)
		group.Go(func() {
			_, errs[i] = h.Open(h.ctx, actor, cases.Opening{Kind: models.CasePayment, Month: march, Text: "Chưa nhận"})
		})
	}
	group.Wait()
	opened := 0
	var first models.Case
	if err := h.store.Take(&first).Error; err != nil {
		t.Fatal(err)
	}
	for _, err := range errs {
		if err == nil {
			opened++
			continue
		}
		h.refused(err, "conflict/case_open")
		if refusal, ok := err.(*services.Error); ok && refusal.Fields["id"] != first.ID {
			t.Errorf("names case %v, want %d", refusal.Fields["id"], first.ID)
		}
	}
	if opened != 1 {
		t.Errorf("%d cases opened", opened)
	}
	if _, err := h.Open(h.ctx, h.by(h.lan),
		cases.Opening{Kind: models.CasePayment, Month: march - 1, Text: "Chưa nhận"}); err != nil {
		t.Errorf("another month: %v", err)
	}
	if _, err := h.Open(h.ctx, h.by(h.hoa),
		cases.Opening{Kind: models.CasePayment, Month: march, Text: "Chưa nhận"}); err != nil {
		t.Errorf("another person: %v", err)
	}
	if _, err := h.Answer(h.ctx, h.by(h.clerk), first.ID, "Xin lỗi bác"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Open(h.ctx, h.by(h.lan),
		cases.Opening{Kind: models.CasePayment, Month: march, Text: "Vẫn chưa nhận"}); err != nil {
		t.Errorf("after an answer: %v", err)
	}
}

func TestRedeliveredEventHasOneEffect(t *testing.T) {
	h := newHouse(t)
	actor := h.by(h.lan)
	opening := cases.Opening{Kind: models.CaseQuestion, Text: "Khi mô họp?"}
	view, err := h.Open(h.ctx, actor, opening)
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Open(h.ctx, actor, opening)
	h.refused(err, "conflict/repeated")
	clerk := h.by(h.clerk)
	if _, err := h.Answer(h.ctx, clerk, view.Case.ID, "Thứ bảy"); err != nil {
		t.Fatal(err)
	}
	_, err = h.Answer(h.ctx, clerk, view.Case.ID, "Thứ bảy")
	h.refused(err, "conflict/repeated")
	if card, err := h.Card(h.ctx, h.lan, view.Case.ID); err != nil || len(card.Case.Messages) != 2 || card.Month != nil {
		t.Errorf("card: %+v, %v", card, err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	h := newHouse(t)
	for _, refusal := range []struct {
		actor   services.Actor
		opening cases.Opening
		want    string
	}{
		{h.lan, cases.Opening{Kind: "gossip", Text: "Nghe nói"}, "invalid/case_kind"},
		{h.lan, cases.Opening{Kind: models.CasePayment, Text: "Chưa nhận"}, "invalid/month"},
		{h.lan, cases.Opening{Kind: models.CasePayment, Month: march + 2, Text: "Chưa nhận"}, "invalid/month"},
		{h.lan, cases.Opening{Kind: models.CasePayment, Month: 5, Text: "Chưa nhận"}, "invalid/month"},
		{h.lan, cases.Opening{Kind: models.CaseQuestion, Text: " \x01\n"}, "invalid/sentence"},
		{h.lan, cases.Opening{Kind: models.CaseQuestion, Text: "\xff\xfe"}, "invalid/sentence"},
		{h.lan, cases.Opening{Kind: models.CaseQuestion, Text: strings.Repeat("ê", 1001)}, "invalid/sentence_long"},
		{h.clerk, cases.Opening{Kind: models.CaseQuestion, Text: "Khi nào họp?"}, "denied/role"},
		{h.stranger, cases.Opening{Kind: models.CaseQuestion, Text: "Khi nào họp?"}, "denied/role"},
		{services.SystemActor(h.ward), cases.Opening{Kind: models.CaseQuestion, Text: "Khi nào họp?"}, "denied/role"},
		{services.Actor{Role: services.Officer, Ward: h.other, Person: h.lan.Person},
			cases.Opening{Kind: models.CaseQuestion, Text: "Khi nào họp?"}, "not_found/person"},
	} {
		_, err := h.Open(h.ctx, h.by(refusal.actor), refusal.opening)
		h.refused(err, refusal.want)
	}
	for range 5 {
		if _, err := h.Open(h.ctx, h.by(h.lan), cases.Opening{Kind: models.CaseQuestion, Text: "Khi nào họp?"}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.Open(h.ctx, h.by(h.lan), cases.Opening{Kind: models.CaseQuestion, Text: "Khi nào họp?"})
	h.refused(err, "too_many/cases_open")
}

// Whoever closes their questions to ask others does not reach clerks without end.
func TestWhatOneOfficerWritesInADayIsBounded(t *testing.T) {
	h := newHouse(t)
	ask := func(by services.Actor) error {
		view, err := h.Open(h.ctx, h.by(by), cases.Opening{Kind: models.CaseQuestion, Text: "Khi nào họp?"})
		if err == nil {
			_, err = h.Close(h.ctx, h.by(by), view.Case.ID)
		}
		return err
	}
	for range 20 {
		if err := ask(h.lan); err != nil {
			t.Fatal(err)
		}
	}
	h.refused(ask(h.lan), "too_many/cases_today")
	if err := ask(h.hoa); err != nil {
		t.Errorf("another officer is kept out: %v", err)
	}
	h.mu.Lock()
	h.now = h.now.Add(24 * time.Hour)
	h.mu.Unlock()
	if err := ask(h.lan); err != nil {
		t.Errorf("the day after: %v", err)
	}
}

func TestNobodySeesOrAnswersWhatIsNotTheirs(t *testing.T) {
	h := newHouse(t)
	asked := h.complain()
	for _, actor := range []services.Actor{h.foreign, h.hoa,
		{Role: services.Officer, Ward: h.other, Person: h.lan.Person}} {
		_, err := h.Card(h.ctx, actor, asked.Case.ID)
		h.refused(err, "not_found/case")
		_, err = h.Close(h.ctx, h.by(actor), asked.Case.ID)
		h.refused(err, "not_found/case")
	}
	_, err := h.Answer(h.ctx, h.by(h.foreign), asked.Case.ID, "Không phải phường tôi")
	h.refused(err, "not_found/case")
	for _, actor := range []services.Actor{h.viewer, h.lan, h.stranger} {
		_, err := h.Answer(h.ctx, h.by(actor), asked.Case.ID, "Trả lời hộ")
		h.refused(err, "denied/role")
	}
	_, err = h.Card(h.ctx, h.stranger, asked.Case.ID)
	h.refused(err, "denied/role")
	_, err = h.Queue(h.ctx, h.lan)
	h.refused(err, "denied/role")
	_, err = h.Mine(h.ctx, h.clerk)
	h.refused(err, "denied/role")
	if queue, err := h.Queue(h.ctx, h.foreign); err != nil || len(queue) != 0 {
		t.Errorf("foreign queue: %+v, %v", queue, err)
	}

	// The leader is the same human as the deputy Hoà.
	own, err := h.Open(h.ctx, h.by(h.hoa), cases.Opening{Kind: models.CasePayment, Month: march, Text: "Chưa nhận"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Answer(h.ctx, h.by(h.leader), own.Case.ID, "Tôi tự trả lời")
	h.refused(err, "denied/concerns_you")
	_, err = h.Close(h.ctx, h.by(h.leader), own.Case.ID)
	h.refused(err, "denied/concerns_you")
	if _, err := h.Answer(h.ctx, h.by(h.leader), asked.Case.ID, "Việc này thì được"); err != nil {
		t.Error(err)
	}
}

func TestWithoutClerksTheLeadersAreTold(t *testing.T) {
	h := newHouse(t)
	if err := h.store.Model(&models.Staff{}).Where("role = ?", services.Clerk).Update("active", false).Error; err != nil {
		t.Fatal(err)
	}
	asked := h.complain()
	if _, staff := h.told(asked.Case.ID, outbox.CaseOpened); !slices.Equal(staff, []int64{h.leader.Staff}) {
		t.Errorf("told staff %v", staff)
	}
}
