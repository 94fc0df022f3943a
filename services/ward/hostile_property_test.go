package ward_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/roster"
	"canbobot/services/ward/wardtest"
)

// siege is one history of a ward with a hostile human in it, who has a clerk's row,
// at times a leader's, an administrator's and an officer's as well, or no row but
// that of a branch's head; and as many chats as they like. The others are honest and
// gullible: they sign whatever they are let sign, but agree to no chat unless who
// answers the number of the roster says that it is theirs.
type siege struct {
	*wardtest.Ward
	rt      *rapid.T
	history int
	ward    int64
	branch  int64
	account string // the hostile human's, where the money is to go
	hash    []byte

	hostile []services.Actor // rows of the hostile human among the ward's users
	honest  []services.Actor
	victims []models.Person
	self    int64               // the hostile human's row in the roster; 0 for none
	chats   []identity.Chat     // in their hands
	own     []services.Actor    // the victims in their own chats
	codes   map[int64]string    // by person, in the hostile human's hands
	phones  []string            // that they answer
	signed  map[int64][]int64   // the honest who signed or proposed a request
	asked   map[int64]time.Time // since when the chat was linked that a request came by
	lists   map[int64]bool      // of which an honest human submitted or signed
	events  *int
	done    map[string]int // by what was let through, over all histories
}

var began = time.Date(2026, 4, 6, 2, 0, 0, 0, time.UTC)

// However a hostile human goes about it, in whatever order, and with whatever
// patience: nobody's money goes to an account of theirs that no
// other human agreed to; and where the chat that it was asked by was young, two
// others did, or a week passed in which the owner could say no.
func TestNoHostileHumanMovesAnothersMoneyAlone(t *testing.T) {
	w := wardtest.New(t, began)
	w.Create(&models.Organization{Code: "women", Name: "Hội Phụ nữ", BranchName: "Chi hội Phụ nữ",
		HeadTitle: "Chi hội trưởng", DeputyTitle: "Chi hội phó", MemberTitle: "Uỷ viên", DeputiesMax: 1})
	histories, events, done := 0, 0, map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		histories++
		w.Set(began)
		s := &siege{Ward: w, rt: rt, history: histories, events: &events, done: done, codes: map[int64]string{},
			signed: map[int64][]int64{}, asked: map[int64]time.Time{}, lists: map[int64]bool{}}
		s.furnish()
		for range 10 + int(rapid.Uint32().Draw(rt, "steps"))%30 {
			s.step()
			s.check()
		}
	})
	t.Logf("%d histories: %v", histories, done)
	must := map[int][]string{100: {"redirect", "approve", "invite", "redeem", "phone", "moved"},
		1000: {"merge", "undo", "import", "disown", "agree", "replace", "appoint", "telephoned", "list prepared",
			"list approved", "list exported", "line returned", "list settled", "list taken back", "moved on a list"}}
	for least, acts := range must { // or the test proves nothing
		for _, what := range acts {
			if histories >= least && done[what] == 0 {
				t.Errorf("no history had a %s", what)
			}
		}
	}
}

func (s *siege) furnish() {
	row := models.Ward{Code: fmt.Sprint("w", s.history), Name: "Bắc Hồng Lĩnh", Kind: "phường"}
	s.Create(&row)
	s.ward = row.ID
	village := models.Village{WardID: s.ward, Name: "Tổ dân phố 5", Folded: "to dan pho 5"}
	s.Create(&village)
	branch := models.Branch{WardID: s.ward, VillageID: village.ID, OrganizationCode: "women", Name: "Chi hội Phụ nữ"}
	s.Create(&branch)
	s.branch = branch.ID
	s.account = fmt.Sprintf("3712205%06d", s.history)
	s.hash = s.Vault.Hash("bank", s.account)
	s.phones = []string{fmt.Sprintf("+8490%07d", 1_000_000+s.history)}

	alone := s.spread("a head alone", 4) == 1
	if !alone {
		s.hostile = []services.Actor{s.AddStaff(s.ward, services.Clerk, true)}
	}
	s.honest = []services.Actor{s.AddStaff(s.ward, services.Clerk, true), s.AddStaff(s.ward, services.Leader, true)}
	roles := []models.TermRole{models.Head, models.Deputy}
	if alone {
		roles = []models.TermRole{models.Deputy, models.Member}
	}
	for i, role := range roles {
		s.victims = append(s.victims, s.person(i, "Nguyễn Thị "+string(rune('A'+i)),
			fmt.Sprintf("+8491%07d", 2*s.history+i), role))
	}
	// One of them is in the roster twice, as wards are.
	twice := models.Person{WardID: s.ward, Name: s.victims[0].Name, Folded: s.victims[0].Folded, Version: 1}
	s.Create(&twice)
	for _, victim := range s.victims[:rapid.IntRange(0, 2).Draw(s.rt, "linked")] {
		account := s.linked(victim.ID, identity.Chat{Channel: "telegram", ExternalID: fmt.Sprint("v", victim.ID)})
		s.own = append(s.own, services.Actor{Role: services.Officer, Ward: s.ward, Person: victim.ID, Account: account,
			Channel: "telegram"})
	}
	s.Create(&models.Policy{State: models.PolicyInForce, WardID: s.ward, Code: "town", Name: "Town policy", Source: "town",
		LegalBasis: "1", From: models.NewDate(2021, 1, 1), Accrual: models.FullIfOnDay, AccrualDays: 15,
		Stacking: models.StackAll, Rules: []models.PolicyRule{{Role: models.Head, Amount: 200_000},
			{Role: models.Deputy, Amount: 150_000}, {Role: models.Member, Amount: 100_000}}})
	if alone {
		s.self = s.person(2, "Lê Thị Ác", s.phones[0], models.Head).ID
		s.linked(s.self, s.chat())
		return
	}
	for _, role := range []services.Role{services.Leader, services.Admin} {
		if rapid.Bool().Draw(s.rt, string(role)+"'s row as well") {
			second := s.AddStaff(s.ward, role, true)
			s.set("staff", s.hostile[0].Staff, "phone", s.phones[0])
			s.set("staff", second.Staff, "phone", s.phones[0])
			s.hostile = append(s.hostile, second)
		}
	}
	if rapid.Bool().Draw(s.rt, "an officer as well") {
		s.self = s.person(2, "Lê Thị Ác", s.phones[0], models.Member).ID
		column, value := "person_id", any(s.self)
		if rapid.Bool().Draw(s.rt, "nobody has said so") {
			column, value = "phone", s.phones[0]
		}
		s.linked(s.self, s.chat())
		s.set("staff", s.hostile[0].Staff, column, value)
	}
}

// linked has a chat been somebody's for months.
func (s *siege) linked(person int64, chat identity.Chat) int64 {
	account := models.Account{WardID: s.ward, Channel: chat.Channel, ExternalID: chat.ExternalID, ChatID: "v",
		PersonID: &person, LinkedAt: s.Now().AddDate(0, -2, 0), LastSeenAt: s.Now()}
	s.Create(&account)
	return account.ID
}

func (s *siege) set(table string, id int64, column string, value any) {
	row := map[string]any{"staff": &models.Staff{ID: id}, "people": &models.Person{ID: id}}[table]
	if err := s.Store.Model(row).Update(column, value).Error; err != nil {
		s.rt.Fatal(err)
	}
}

func (s *siege) person(i int, name, phone string, role models.TermRole) models.Person {
	row := models.Person{WardID: s.ward, Name: name, Folded: models.Fold(name), Phone: phone,
		BirthYear: 1965, Version: 1}
	s.Create(&row)
	s.Create(&models.Term{WardID: s.ward, PersonID: row.ID, BranchID: s.branch, Role: role, Slot: 1, Title: "Chi hội",
		From: models.NewDate(2025, 1, 1)})
	return row
}

func (s *siege) by(actor services.Actor) services.Actor {
	*s.events++
	actor.Event = fmt.Sprint("siege:", *s.events)
	return actor
}

func pick[T any](s *siege, what string, of []T) T {
	return of[s.spread(what, len(of))]
}

// spread draws a number below one, each as likely: a range of rapid's prefers the
// first.
func (s *siege) spread(what string, below int) int {
	return int(rapid.Uint32().Draw(s.rt, what)*2654435761>>16) % below
}

// theirs are all whom the hostile human may act as: their rows, and whoever their
// chats are taken for.
func (s *siege) theirs() []services.Actor {
	actors := slices.Clone(s.hostile)
	for _, chat := range s.chats {
		who, err := s.Identity.Identify(s.Ctx, chat.Channel, chat.ExternalID)
		if err != nil {
			s.rt.Fatal(err)
		}
		if who.Actor.Account != 0 {
			actors = append(actors, who.Actor)
		}
	}
	return actors
}

func (s *siege) people() []int64 {
	ids := []int64{s.victims[0].ID, s.victims[1].ID}
	if s.self != 0 {
		ids = append(ids, s.self)
	}
	for _, other := range rows[models.Person](s, "id NOT IN ?", ids) {
		ids = append(ids, other.ID)
	}
	return ids
}

// let counts what was let through; a refusal is what the ward is for, anything else
// a fault.
func (s *siege) let(what string, err error) bool {
	if err != nil && services.KindOf(err) == services.KindInternal {
		s.rt.Fatalf("%s: %v", what, err)
	}
	if err == nil {
		s.done[what]++
	}
	return err == nil
}

func (s *siege) step() {
	weighed := []string{"invite", "redeem", "redeem", "ask", "agree", "redirect", "redirect", "redirect", "phone", "phone",
		"citizen", "merge", "undo", "approve", "approve", "approve", "approve", "honest", "honest", "honest", "honest",
		"honest", "own", "take back", "return", "resubmit", "withdraw", "unlink", "delegate", "trust", "wait", "wait",
		"replace", "appoint", "telephoned", "list", "list", "list", "list", "list", "list"}
	if s.spread("a sheet", 100) == 1 { // it takes a child process
		weighed = []string{"import"}
	}
	what := pick(s, "what", weighed)
	if len(s.hostile) == 0 && slices.Contains([]string{"invite", "agree", "undo", "unlink", "delegate", "trust", "import"},
		what) || len(s.theirs()) == 0 {
		return // they are no ward user
	}
	switch what {
	case "replace", "appoint":
		s.post(what)
	case "telephoned":
		s.telephoned()
	case "list":
		s.list()
	case "invite":
		person := pick(s, "whom", s.people())
		code, _, err := s.Identity.Invite(s.Ctx, s.by(pick(s, "who", s.hostile)), person)
		if s.let(what, err) {
			s.codes[person] = code
			if s.spread("at once", 2) == 1 {
				s.redeem()
				s.submit("redirect", pick(s, "who", s.theirs()), s.redirection())
			}
		}
	case "redeem":
		s.redeem()
	case "ask":
		victim := pick(s, "whom", s.victims)
		s.let(what, s.Identity.Requests.Ask(s.Ctx, s.chat(), s.ward, victim.Name, s.phoneOf(victim.ID)))
	case "agree":
		for _, request := range rows[models.LinkRequest](s, "state = 'pending'") {
			s.let(what, s.Identity.Requests.Agree(s.Ctx, s.by(pick(s, "who", s.hostile)), request.ID, request.Version, 0))
			return
		}
	case "redirect":
		s.submit(what, pick(s, "who", s.theirs()), s.redirection())
	case "phone":
		s.submit(what, pick(s, "who", append(s.theirs(), s.own...)), change.Proposal{Person: pick(s, "whom", s.people()),
			Kind: change.Phone{Number: s.number()}})
	case "citizen":
		s.submit(what, pick(s, "who", s.theirs()), change.Proposal{Person: pick(s, "whom", s.people()), Kind: change.Profile{
			Details: change.Details{Citizen: roster.Secret{Plain: fmt.Sprintf("0421650%05d", s.history%100_000)}}}})
	case "merge":
		s.submit(what, pick(s, "who", append(s.hostile, s.honest...)), change.Proposal{Person: pick(s, "whom", s.people()),
			Kind: change.Merge{Drop: pick(s, "drop", s.people())}, Note: "một người"})
	case "undo":
		for _, merge := range rows[models.PersonMerge](s, "undone_at IS NULL") {
			s.let(what, s.Roster.UndoMerge(s.Ctx, s.by(pick(s, "who", s.hostile)), merge.ID, s.Identity))
			return
		}
	case "approve":
		s.approve(pick(s, "who", s.theirs()))
	case "honest":
		s.approve(pick(s, "who", s.honest))
	case "own":
		if len(s.own) > 0 {
			s.ownWish()
		}
	case "unlink":
		s.let(what, s.Identity.UnlinkPerson(s.Ctx, s.by(pick(s, "who", s.hostile)), pick(s, "whom", s.people())))
	case "delegate":
		s.delegate(what, pick(s, "who", s.hostile), pick(s, "to", append(s.hostile, s.honest...)))
	case "trust":
		s.delegate(what, pick(s, "who", s.honest), pick(s, "to", s.hostile))
	case "wait":
		s.Pass(pick(s, "how long", []time.Duration{time.Hour, 26 * time.Hour, 8 * 24 * time.Hour, 31 * 24 * time.Hour}))
	case "import":
		s.sheet()
	default:
		s.about(what)
	}
}

func (s *siege) redirection() change.Proposal {
	return change.Proposal{Person: pick(s, "whose", s.people()), Kind: change.Destination{
		Account: roster.Destination{Bank: "agribank", Number: roster.Secret{Plain: s.account}}}}
}

// number is one more that the hostile human answers.
func (s *siege) number() string {
	number := fmt.Sprintf("+8493%07d", *s.events)
	s.phones = append(s.phones, number)
	return number
}

func (s *siege) phoneOf(person int64) string {
	var row models.Person
	if err := s.Store.Take(&row, person).Error; err != nil {
		s.rt.Fatal(err)
	}
	return row.Phone
}

// chat is one more of the hostile human's.
func (s *siege) chat() identity.Chat {
	*s.events++
	id := fmt.Sprint("evil", *s.events)
	chat := identity.Chat{Channel: pick(s, "channel", []string{"zalo", "telegram"}), ExternalID: id, ChatID: id, Event: id}
	s.chats = append(s.chats, chat)
	return chat
}

func (s *siege) redeem() {
	for person, code := range s.codes {
		chat, phone := s.chat(), s.phoneOf(person)
		invited, err := s.Identity.CheckCode(s.Ctx, chat, code)
		if !s.let("try a code", err) {
			return
		}
		proof := identity.Proof{Last4: phone[max(0, len(phone)-4):]}
		if slices.Contains(s.phones, phone) {
			proof = identity.Proof{Phone: phone, PhoneOwn: true}
		}
		_, err = s.Identity.Link(s.Ctx, chat, invited.Invite, proof, "1")
		s.let("redeem", err)
		return
	}
}

func (s *siege) submit(what string, actor services.Actor, proposal change.Proposal) {
	card, err := s.Changes.Submit(s.Ctx, s.by(actor), proposal)
	if !s.let(what, err) {
		return
	}
	if s.isHonest(actor) {
		s.signed[card.Request.ID] = append(s.signed[card.Request.ID], actor.Staff)
	}
	s.came(card.Request.ID, actor)
}

// came notes the chat that a request came by.
func (s *siege) came(request int64, actor services.Actor) {
	var account models.Account
	if err := s.Store.Take(&account, actor.Account).Error; err != nil {
		s.rt.Fatal(err)
	}
	s.asked[request] = account.LinkedAt
}

func (s *siege) isHonest(actor services.Actor) bool {
	return slices.ContainsFunc(s.honest, func(one services.Actor) bool { return one.Staff == actor.Staff })
}

// open are the requests that wait.
func (s *siege) open(states ...models.ChangeState) []models.ChangeRequest {
	return rows[models.ChangeRequest](s, "state IN ?", states)
}

// rows are those of this ward, the latest first.
func rows[T any](s *siege, where string, args ...any) []T {
	var found []T
	if err := services.InWard(s.Store.Where(where, args...), s.ward).Order("id DESC").Find(&found).Error; err != nil {
		s.rt.Fatal(err)
	}
	return found
}

// approve has somebody sign; what an honest human signed is theirs as well.
func (s *siege) approve(actor services.Actor) {
	open := s.open(models.ChangeSubmitted)
	if len(open) == 0 {
		return
	}
	request := pick(s, "request", open)
	_, err := s.Changes.Approve(s.Ctx, s.by(actor), request.ID, request.Version)
	if s.let("approve", err) && s.isHonest(actor) {
		s.signed[request.ID] = append(s.signed[request.ID], actor.Staff)
	}
}

// ownWish has an officer ask for an account of their own, or say no to what waits.
func (s *siege) ownWish() {
	actor := pick(s, "owner", s.own)
	if rapid.Bool().Draw(s.rt, "says no") {
		for _, request := range s.open(models.ChangeSubmitted) {
			_, err := s.Changes.Disown(s.Ctx, s.by(actor), request.ID, request.Version, "không phải tôi")
			s.let("disown", err)
		}
		return
	}
	s.submit("own account", actor, change.Proposal{Person: actor.Person, Kind: change.Destination{
		Account: roster.Destination{Bank: "agribank", Number: roster.Secret{Plain: fmt.Sprintf("1500205%06d", *s.events)}}}})
}

// about does one of the smaller things with a request that is open.
func (s *siege) about(what string) {
	open := s.open(models.ChangeSubmitted, models.ChangeReturned)
	if len(open) == 0 {
		return
	}
	request, actor := pick(s, "request", open), pick(s, "who", s.theirs())
	var err error
	switch what {
	case "take back":
		_, err = s.Changes.TakeBack(s.Ctx, s.by(actor), request.ID, request.Version)
	case "return":
		_, err = s.Changes.Return(s.Ctx, s.by(actor), request.ID, request.Version, "thiếu")
		if err == nil {
			s.signed[request.ID] = nil
		}
	case "resubmit":
		if _, err = s.Changes.Resubmit(s.Ctx, s.by(actor), request.ID, request.Version, s.redirection()); err == nil {
			s.came(request.ID, actor)
		}
	case "withdraw":
		_, err = s.Changes.Withdraw(s.Ctx, s.by(actor), request.ID, request.Version)
	}
	s.let(what, err)
}

func (s *siege) delegate(what string, from, to services.Actor) {
	today := models.DateOf(services.Clock(s.Now).Local())
	_, err := s.Delegations.Delegate(s.Ctx, s.by(from), to.Staff, today, today.AddDays(9))
	s.let(what, err)
}

// sheet imports a victim with another number, or a new row with the account.
func (s *siege) sheet() {
	victim := pick(s, "whom", s.victims)
	name, account, number := victim.Name, "", s.number()
	if rapid.Bool().Draw(s.rt, "somebody new") {
		name, account = "Nguyễn Thị Mới", s.account
	}
	file := excelize.NewFile()
	defer file.Close()
	for i, row := range [][]any{
		{"STT", "Họ và tên", "Ngày sinh", "Chức danh", "Chi hội", "Thôn/TDP", "Số điện thoại", "Số tài khoản", "Ngân hàng",
			"Từ ngày"},
		{1, name, "1965", map[bool]string{true: "Chi hội trưởng", false: "Uỷ viên"}[account == ""], "Chi hội Phụ nữ", "TDP 5",
			number, account, map[bool]string{true: "", false: "Agribank"}[account == ""], "01/01/2025"},
	} {
		if err := file.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			s.rt.Fatal(err)
		}
	}
	content, err := file.WriteToBuffer()
	if err != nil {
		s.rt.Fatal(err)
	}
	actor := pick(s, "who", s.hostile)
	preview, err := s.Sheets.Preview(s.Ctx, s.by(actor), "ds.xlsx", content.Bytes())
	if !s.let("read a sheet", err) || preview.Counts.Errors > 0 || preview.ID == 0 {
		return
	}
	_, err = s.Sheets.Apply(s.Ctx, s.by(actor), preview.ID)
	s.let("import", err)
}

// check looks where everybody's money goes.
func (s *siege) check() {
	s.checkLists()
	for _, victim := range s.owners() {
		var person models.Person
		err := s.Store.Where("id = (SELECT COALESCE(merged_into, id) FROM people WHERE id = ?)", victim).Take(&person).Error
		if err != nil {
			s.rt.Fatal(err)
		}
		if string(person.BankHash) != string(s.hash) {
			continue
		}
		s.done["moved"]++
		s.agreed(victim, person.ID)
	}
}

// owners are those whose money is watched: the victims', and what the hostile human
// is owed, which they decide nothing about either.
func (s *siege) owners() []int64 {
	owners := []int64{s.victims[0].ID, s.victims[1].ID}
	if s.self != 0 {
		owners = append(owners, s.self)
	}
	return owners
}

// agreed fails unless other humans agreed that somebody is paid there.
func (s *siege) agreed(victim, row int64) {
	both := []int64{victim, row}
	var requests []models.ChangeRequest
	err := s.Store.Order("id").Find(&requests, "state = 'approved' AND kind IN ('destination', 'merge') AND "+
		"(subject_id IN ? OR newcomer_id IN ?)", both, both).Error
	if err != nil {
		s.rt.Fatal(err)
	}
	for _, request := range requests {
		signers := slices.Clone(s.signed[request.ID])
		slices.Sort(signers)
		others := len(slices.Compact(signers))
		young := request.ProposerPersonID != nil && request.DecidedAt.Sub(s.asked[request.ID]) < 7*24*time.Hour
		if others > 1 || others > 0 && !young {
			return
		}
	}
	s.rt.Fatalf("person %d, row %d, is paid to the hostile human's account, and others signed none of %d requests",
		victim, row, len(requests))
}
