package app

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/evidence"
	"canbobot/services/notice"
	"canbobot/services/outbox"
)

// What operators see of a notice: how it goes, what fails and why, what is left;
// and no name, number or text.
func TestMetricsOfANotice(t *testing.T) {
	house := openHouse(t)
	metrics := house.counter.sender.Meter.(*metrics)
	metrics.backlog(house.ward.Notices.Outcomes.Backlog)
	metrics.work(house.ward.Outbox.Backlog)
	server := httptest.NewServer(metrics.handler())
	defer server.Close()
	scrape := func() string {
		t.Helper()
		response, err := server.Client().Get(server.URL + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("%d, %v", response.StatusCode, err)
		}
		return string(text)
	}
	if text := scrape(); !strings.Contains(text, `canbobot_notice_recipients{state="queued"} 0`) ||
		!strings.Contains(text, "canbobot_notice_oldest_seconds 0") {
		t.Errorf("before: %s", text)
	}
	known, err := house.ward.Identity.Holder(ctxFor(t), "web", house.character(t, "can-bo-1").ExternalID)
	if err != nil {
		t.Fatal(err)
	}
	const words = "Mời họp bàn việc đắp đê"
	progress, err := house.ward.Notices.Send(ctxFor(t), known.Actor,
		notice.Compose{Text: words, Audience: notice.Audience{Organizations: []string{"women"},
			Roles: []models.TermRole{models.Head}}})
	if err != nil {
		t.Fatal(err)
	}
	house.settle(t)
	if _, _, err := evidence.Read(ctxFor(t), []byte("no picture"), ""); services.CodeOf(err) != "file_kind" {
		t.Error(err)
	}
	err = house.ward.Store.Transaction(func(tx *gorm.DB) error {
		return house.ward.Outbox.Enqueue(ctxFor(t), tx, outbox.Clocked{Round: "of_a_later_release"})
	})
	if err != nil {
		t.Fatal(err)
	}
	metrics.Failed("telegram", "retry", "too_many")
	metrics.Waited("telegram", 1500*time.Millisecond)
	text := scrape()
	for _, want := range []string{
		`canbobot_deliveries_sent_total{channel="web",kind="notice"} `, `canbobot_delivery_lag_seconds_count{channel="web"} `,
		`canbobot_delivery_failures_total{channel="telegram",fate="retry",why="too_many"} 1`,
		`canbobot_pace_wait_seconds_total{channel="telegram"} 1.5`,
		`canbobot_readings_total{kind="picture",outcome="refused"} `,
		`canbobot_jobs{kind="of_a_later_release",state="`, `canbobot_job_oldest_seconds{kind="of_a_later_release"} `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, words) || strings.Contains(text, known.Name) {
		t.Error("a name or a text is in the metrics")
	}

	// What waits shows how long it has.
	if err := house.ward.Store.Exec("UPDATE deliveries SET state = 'queued' WHERE subject_id = ? AND kind = 'notice'",
		progress.Notice.ID).Error; err != nil {
		t.Fatal(err)
	}
	if err := house.ward.Store.Exec("UPDATE notices SET following = ? WHERE id = ?", true,
		progress.Notice.ID).Error; err != nil {
		t.Fatal(err)
	}
	house.Advance(90 * time.Second)
	backlog, err := house.ward.Notices.Outcomes.Backlog(ctxFor(t))
	if err != nil || backlog.People[models.DeliveryQueued] != progress.Total || backlog.Oldest != 90*time.Second {
		t.Errorf("%+v of %d, %v", backlog, progress.Total, err)
	}
}
