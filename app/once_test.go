package app

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/cases"
	"canbobot/services/identity"
)

// crew links n officers of the roster, who hold a post and are not linked, on
// the page, and returns their ids there.
func (h *house) crew(t *testing.T, n int) []string {
	t.Helper()
	var people []models.Person
	err := h.ward.Store.Where(`id IN (SELECT person_id FROM terms WHERE superseded_at IS NULL AND to_date IS NULL
	AND role IN ('head', 'deputy'))
		AND id NOT IN (SELECT person_id FROM accounts WHERE person_id IS NOT NULL)`).Order("id").Limit(n).Find(&people).Error
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(people))
	now := h.clock().UTC()
	for i, person := range people {
		ids[i] = "crew-" + strconv.Itoa(i)
		account := models.Account{WardID: person.WardID, Channel: "web", ExternalID: ids[i], ChatID: ids[i],
			PersonID: &people[i].ID, LinkedAt: now, LastSeenAt: now, CreatedAt: now}
		if err := h.ward.Store.Create(&account).Error; err != nil {
			t.Fatal(err)
		}
		consent := models.Consent{WardID: person.WardID, PersonID: &people[i].ID, AccountID: account.ID,
			Version: identity.OfficerConsent,
			Channel: "web", EventID: "test", GivenAt: now}
		if err := h.ward.Store.Create(&consent).Error; err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

// An update that a platform delivers four times at once has its effect once,
// also when Redis has forgotten that it was seen.
func TestTwoHundredUpdatesFourTimesEach(t *testing.T) {
	if testing.Short() { // long
		return
	}
	house := openHouse(t)
	crew := house.crew(t, 100)
	var events []bot.Inbound
	for i := range 200 { // two for each officer
		user := crew[i%len(crew)]
		events = append(events, bot.Inbound{Channel: "web", EventID: fmt.Sprintf("once-%d", i), UserID: user, ChatID: user,
			Private: true, Text: "x"})
	}
	// Each event opens a case of its own through the service, as the form's last
	// button does.
	deliver := func(in bot.Inbound) error {
		known, err := house.ward.Identity.Identify(context.Background(), in.Channel, in.UserID)
		if err != nil {
			return err
		}
		known.Actor.Channel, known.Actor.Event = in.Channel, in.Channel+":"+in.EventID
		_, err = house.ward.Cases.Open(context.Background(), known.Actor,
			cases.Opening{Kind: models.CaseQuestion, Text: "Hỏi " + in.EventID})
		if services.IsRepeated(err) {
			return nil
		}
		return err
	}
	var wait sync.WaitGroup
	errs := make(chan error, 4*len(events))
	for _, in := range events {
		for range 4 {
			wait.Go(func() { errs <- deliver(in) })
		}
	}
	wait.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	var opened, entries int64
	var said []models.CaseMessage
	house.ward.Store.Find(&said)
	for _, message := range said {
		if strings.HasPrefix(message.Text, "Hỏi once-") {
			opened++
		}
	}
	house.ward.Store.Model(&models.AuditEntry{}).Where("action = ?", "case.opened").Count(&entries)
	if opened != 200 || entries != 200 {
		t.Errorf("%d effects and %d journal entries, want 200 of each", opened, entries)
	}
}

// The same through the whole conversation: one answer to each person.
func TestRepeatedEventIsAnsweredOnce(t *testing.T) {
	house := openHouse(t)
	crew := house.crew(t, 50)
	var wait sync.WaitGroup
	for i, user := range crew {
		for range 4 {
			wait.Go(func() {
				in := bot.Inbound{Channel: "web", EventID: fmt.Sprintf("menu-%d", i), UserID: user, ChatID: user, Private: true,
					Text: "menu"}
				if err := house.counter.Dispatcher.Handle(ctxFor(t), in); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wait.Wait()
	stage := house.webStage(t)
	for _, user := range crew {
		if got := len(stage.shown(t, user)); got != 1 {
			t.Errorf("%s was answered %d times", user, got)
		}
	}
}

// childDatabase tells the child process of the test below where to work.
const childDatabase = "CANBOBOT_TEST_CHILD"

// ask opens a case, as the last button of an officer's form does.
func (h *house) ask(t *testing.T, externalID, event, text string) {
	t.Helper()
	known, err := h.ward.Identity.Identify(context.Background(), "web", externalID)
	if err != nil {
		t.Fatal(err)
	}
	known.Actor.Channel, known.Actor.Event = "web", "web:"+event
	if _, err := h.ward.Cases.Open(context.Background(), known.Actor,
		cases.Opening{Kind: models.CaseQuestion, Text: text}); err != nil {
		t.Fatal(err)
	}
}

const lastWords = "Trước khi mất điện"

// TestChildAsks is the process that is killed: it commits an officer's question,
// with nobody working jobs, says so, and waits for its end.
func TestChildAsks(t *testing.T) {
	address, key, ok := strings.Cut(os.Getenv(childDatabase), " ")
	if !ok {
		return // it has work only as a child
	}
	buildHouse(t, address, key).ask(t, "truong-phu-nu", "killed", lastWords)
	fmt.Println("committed")
	select {} // until killed
}

// Between commit and notification the process dies; the next one tells, once.
func TestKilledBetweenCommitAndNotification(t *testing.T) {
	address, key := furnished.Copy(t), playKey
	child := exec.Command(os.Args[0], "-test.run=^TestChildAsks$", "-test.timeout=60s")
	child.Env = append(os.Environ(), childDatabase+"="+address+" "+key)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "committed" {
	}
	if lines.Text() != "committed" {
		t.Fatalf("the child ended with %q", lines.Text())
	}
	if err := child.Process.Kill(); err != nil { // SIGKILL, to the child's own id
		t.Fatal(err)
	}
	child.Wait()

	for round, want := range []int{1, 0} {
		next := buildHouse(t, address, key)
		next.start(t)
		next.settle(t)
		next.stop(t)
		told := 0
		for _, message := range next.webStage(t).shown(t, "can-bo-1") {
			if strings.Contains(message.Reply.Text, lastWords) {
				told++
			}
		}
		if told != want {
			t.Errorf("restart %d: the clerk was told %d times, want %d", round+1, told, want)
		}
	}
}
