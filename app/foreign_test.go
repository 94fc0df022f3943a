package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/approve"
	"canbobot/services/change"
	"canbobot/services/identity"
	"canbobot/services/journal"
	"canbobot/services/notice"
	"canbobot/services/outbox"
	"canbobot/services/paper"
	"canbobot/services/phrases"
	"canbobot/services/privacy"
	"canbobot/services/roster"
	"canbobot/services/story"
	"canbobot/services/units"
	"canbobot/services/warnings"
)

// withoutActor are the exported methods that ask for nobody, with the reason why.
// A part of which none has anything of a ward's is listed with a star. A further one
// says here why it may, or takes an actor. A method that is handed a
// transaction is a step of a service that has asked: nothing of bot can hand one.
var withoutActor = map[string][]string{
	"reads no row: it seals, opens or hashes what it is given": {"Vault.*", "Signed.Detach",
		"Roster.Secrets.ConcealAccount", "Roster.Secrets.ConcealCitizen", "Roster.Secrets.IsAccount",
		"Roster.Secrets.IsCitizen", "Roster.Secrets.SameDestination", "Roster.Secrets.SameCitizen", "Roster.Secrets.Tidy",
		"List.Debts.MayTakeBack"},
	"a command's, over the whole database": {"Keys.*"},
	"wires, before anybody is there": {"Identity.AlarmedBy", "Identity.VouchedBy", "Channels.Uploads", "Audit.Keyed",
		"Audit.Begin"},
	"the clock's, or a command's: for all wards, about nobody": {"Audit.Compare", "Audit.Copy", "Audit.Verify",
		"Anchor.Find", "Anchor.Round", "Anchor.Standing", "Anchor.TellHeads", "Audit.Prove", "Audit.Sound", "Audit.Wards",
		"Changes.Due", "List.Round", "List.TellSettled", "Notices.Due", "Notices.Round", "Outbox.Round", "Privacy.Round",
		"Privacy.Service.Round", "Privacy.Removed", "Privacy.Service.Removed", "Warnings.Round", "Warnings.Tell"},
	"says who is acting, and answers nobody more than whether they are known": {"Identity.Identify", "Identity.Holder",
		"Identity.CheckCode", "Identity.Link", "Identity.Prove", "Identity.Requests.Ask", "Identity.Requests.AskInvited",
		"Identity.MarkReachable", "Identity.MarkUnreachable", "Identity.DisownMove"},
	"who a ward is, which is no secret": {"Identity.Wards", "Identity.Privacy.Controller"},
	"the sender's, which answers nobody": {"Outbox.Cards", "Outbox.Mark", "Outbox.Marked", "Outbox.Open", "Outbox.Park",
		"Outbox.Reported", "Outbox.Resend", "Outbox.Settle", "Outbox.Take", "Outbox.Again", "Outbox.Enqueue", "Outbox.Tell",
		"Outbox.TellAll", "Identity.AccountsOf", "Identity.Addressees", "Channels.PhoneOf", "Channels.TemplateFor",
		"Notices.Outcomes.Backlog", "Notices.Outcomes.Follow", "Outbox.Backlog"},
	"of the way to a platform, and of no ward": {"Channels.CheckSilence", "Channels.Guessed", "Channels.Heard",
		"Channels.Mended", "Channels.Open", "Channels.Report", "Channels.Works"},
	"of who holds the token, which is the proof": {"Downloads.Look", "Downloads.Take", "Downloads.Offer",
		"Confirms.Check"},
}

// method is an exported method of a service.
type method struct {
	name string
	call reflect.Value
}

// last are the methods after which somebody is no longer who they were.
var last = []string{"Notices.Templates.Drop", "Identity.InviteStaff", "Roster.Merge", "Identity.Privacy.Withdraw",
	"Identity.Unlink", "Identity.EndAccounts", "Identity.UnlinkPerson", "Identity.UnlinkStaff", "Identity.RetireStaff"}

// doors are those of every service that is wired, and of their parts.
func (b *besieged) doors() []method {
	var all []method
	seen := map[reflect.Type]bool{}
	var walk func(name string, part reflect.Value)
	walk = func(name string, part reflect.Value) {
		if part.Kind() != reflect.Pointer || part.IsNil() || seen[part.Type()] ||
			!strings.HasPrefix(part.Type().Elem().PkgPath(), "canbobot/services/") {
			return
		}
		seen[part.Type()] = true
		for i := range part.NumMethod() {
			all = append(all, method{name + "." + part.Type().Method(i).Name, part.Method(i)})
		}
		parts(name+".", part, walk)
	}
	parts("", reflect.ValueOf(b.house.ward), walk)
	slices.SortStableFunc(all, func(one, other method) int {
		return cmp.Compare(slices.Index(last, one.name), slices.Index(last, other.name))
	})
	return all
}

func parts(prefix string, whole reflect.Value, walk func(string, reflect.Value)) {
	for i := range whole.Elem().NumField() {
		if field := whole.Elem().Type().Field(i); field.IsExported() {
			walk(prefix+field.Name, whole.Elem().Field(i))
		}
	}
}

var (
	anActor      = reflect.TypeFor[services.Actor]()
	aTransaction = reflect.TypeFor[*gorm.DB]()
	aRefusal     = reflect.TypeFor[error]()
)

func takes(method reflect.Value, what reflect.Type) bool {
	for i := range method.Type().NumIn() {
		if method.Type().In(i) == what {
			return true
		}
	}
	return false
}

// Nobody adds a door that asks for nobody without saying why.
func TestEveryDoorAsksWhoIsThere(t *testing.T) {
	b := besiege(t)
	reasons := map[string]bool{}
	for _, names := range withoutActor {
		for _, name := range names {
			reasons[name] = true
		}
	}
	with, used := 0, map[string]bool{}
	for _, door := range b.doors() {
		part, _, _ := strings.Cut(door.name, ".")
		switch asks := takes(door.call, anActor); {
		case reasons[part+".*"] && !asks:
			used[part+".*"] = true
		case asks && reasons[door.name]:
			t.Errorf("%s asks for an actor, and is listed as asking for nobody", door.name)
		case asks:
			with++
		case !reasons[door.name] && !takes(door.call, aTransaction):
			t.Errorf("%s asks for no actor: let it, or say in withoutActor why not", door.name)
		}
		used[door.name] = true
	}
	for name := range reasons {
		if used[name] {
			continue
		}
		t.Errorf("%s is listed, and is not there", name)
	}
	if with < 150 {
		t.Errorf("only %d doors were found", with)
	}
}

// unguarded are read inside services' transactions, which judge by rules of their own.
var unguarded = map[string]bool{"Roster.View": true, "Roster.Show": true}

// caller is who knocks at a door that is not theirs.
type caller struct {
	actor services.Actor
	reads bool // the ward's data is theirs to see
}

func (b *besieged) callers(t *testing.T) map[string]caller {
	t.Helper()
	outsider := b.actor(t, "can-bo-nam")
	// Whose account it is is part of the claim: those of the attacked ward.
	claims := func(role services.Role) services.Actor {
		claim := services.Actor{Role: role, Ward: outsider.Ward, Account: theirs, Channel: "web"}
		if claim.IsStaff() {
			claim.Staff = outsider.Staff
		} else {
			claim.Person = theirs
		}
		return claim
	}
	all := map[string]caller{
		"a stranger":                   {actor: services.Actor{Channel: "web"}},
		"a clerk of no ward":           {actor: services.Actor{Role: services.Clerk, Staff: theirs, Channel: "web"}},
		"an officer of another branch": {actor: b.actor(t, "bi-thu-doan")},
		"a viewer":                     {actor: b.actor(t, "nguoi-xem"), reads: true},
	}
	for _, role := range []services.Role{services.Stranger, services.Officer, services.Viewer, services.Clerk,
		services.Leader, services.Admin} {
		all[fmt.Sprintf("a claimed %q of another ward", role)] = caller{actor: claims(role)}
	}
	for _, user := range []string{"truong-nam", "can-bo-nam"} {
		all[user] = caller{actor: b.actor(t, user)}
	}
	for _, name := range []string{"a clerk who has been retired", "an officer who has been unlinked"} {
		forgers[name].becomes(t, b)
		all[name] = caller{actor: b.actor(t, forgers[name].user)}
	}
	return all
}

// Every exported method of every service that takes an actor, called by whoever
// has no business with it, about rows that are somebody else's: it is refused, or
// changes nothing and gives nothing away.
func TestEveryDoorIsShutToOthers(t *testing.T) {
	if watched(t) {
		return
	}
	b := besiege(t)
	for name, caller := range b.callers(t) {
		t.Run(name, func(t *testing.T) {
			b := b.knownTo(t, caller.actor)
			before := b.standing(t)
			for _, door := range b.doors() {
				if !takes(door.call, anActor) {
					continue
				}
				for variant := range variants(door) {
					refusal, told := b.knock(t, door, caller.actor, variant)
					if refusal.Kind == services.KindInternal && !takes(door.call, aTransaction) &&
						caller.actor.Ward != 0 {
						t.Errorf("%s fails: %s", door.name, told)
					}
					if found := b.tells(told); len(found) > 0 && !caller.reads && !unguarded[door.name] {
						t.Errorf("%s tells %q", door.name, found)
					}
				}
				if t.Failed() || testing.Verbose() {
					after := b.standing(t)
					if changed := before.changed(after, caller.actor); len(changed) > 0 {
						t.Errorf("%s changes %v", door.name, changed)
					}
					before = after
				}
			}
			if changed := before.changed(b.standing(t), caller.actor); len(changed) > 0 {
				t.Errorf("changed %v: -v says by which method", changed)
			}
		})
	}
}

// variants is how many ways there are to name rows to a method: two where it
// takes two.
func variants(door method) int {
	ids := 0
	for i := range door.call.Type().NumIn() {
		if door.call.Type().In(i).Kind() == reflect.Int64 {
			ids++
		}
	}
	return 1 + min(ids/2, 1)
}

// knock calls a method with arguments of the right types, and says how it was
// refused (the zero value for not at all) and everything that it gave back.
func (b *besieged) knock(t *testing.T, door method, actor services.Actor, variant int) (refusal services.Error,
	told string) {
	t.Helper()
	defer func() {
		if fault := recover(); fault != nil {
			t.Errorf("%s panics: %v", door.name, fault)
		}
	}()
	actor.Event = "knock:" + rand.Text()
	f := &filler{besieged: b, actor: actor, variant: variant, given: b.given(door.name)}
	if takes(door.call, aTransaction) { // what it did is kept, unless it says that it did nothing
		f.tx = b.db().Begin()
		defer func() {
			if refusal.Kind == "" {
				f.tx.Commit()
			} else {
				f.tx.Rollback()
			}
		}()
	}
	var args []reflect.Value
	for i := range door.call.Type().NumIn() {
		args = append(args, f.argument(door.call.Type().In(i)))
	}
	call := door.call.Call
	if door.call.Type().IsVariadic() {
		call = door.call.CallSlice
	}
	var words strings.Builder
	begun := time.Now()
	results := call(args)
	if took := time.Since(begun); took > time.Second {
		t.Logf("%s took %s", door.name, took)
	}
	for _, out := range results {
		if out.Type() != aRefusal {
			spell(&words, out, 0)
		} else if err, is := out.Interface().(error); is {
			refusal = services.Error{Kind: services.KindOf(err), Code: services.CodeOf(err)}
			fmt.Fprintln(&words, err)
			if told := (*services.Error)(nil); errors.As(err, &told) {
				fmt.Fprintln(&words, told.Fields)
			}
		}
	}
	return refusal, words.String()
}

// spell writes down all that a value says, as it would be read.
func spell(words *strings.Builder, value reflect.Value, depth int) {
	if depth > 8 || !value.IsValid() {
		return
	}
	switch value.Kind() {
	case reflect.String:
		fmt.Fprintln(words, strings.ReplaceAll(value.String(), "+84", "0"))
	case reflect.Int64, reflect.Int:
		fmt.Fprintln(words, value.Int())
	case reflect.Pointer, reflect.Interface:
		if !value.IsNil() {
			spell(words, value.Elem(), depth+1)
		}
	case reflect.Struct:
		for i := range value.NumField() {
			spell(words, value.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		if value.Type().Elem().Kind() == reflect.Uint8 {
			fmt.Fprintln(words, unpacked(value.Bytes()))
			return
		}
		for i := range value.Len() {
			spell(words, value.Index(i), depth+1)
		}
	case reflect.Map:
		for _, key := range value.MapKeys() {
			spell(words, key, depth+1)
			spell(words, value.MapIndex(key), depth+1)
		}
	}
}

// filler makes arguments of the right types, about rows of the attacked ward.
type filler struct {
	*besieged
	actor   services.Actor
	variant int // 1: of two ids the second is another one
	tx      *gorm.DB
	given   []any // what comes after context and actor, where types do not say it
	ids     int
}

// argument is the next of a method.
func (f *filler) argument(of reflect.Type) reflect.Value {
	switch of {
	case reflect.TypeFor[context.Context]():
		return reflect.ValueOf(context.Background())
	case anActor:
		return reflect.ValueOf(f.actor)
	case aTransaction:
		return reflect.ValueOf(f.tx)
	}
	if len(f.given) > 0 {
		value := reflect.ValueOf(f.given[0]).Convert(of)
		f.given = f.given[1:]
		return value
	}
	return f.fill(of, "")
}

// meanings are what a string must be to be taken for what it is.
var meanings = map[reflect.Type]any{
	reflect.TypeFor[models.LineState]():     models.LinePaid,
	reflect.TypeFor[models.CaseKind]():      models.CaseQuestion,
	reflect.TypeFor[models.ReceiptAnswer](): models.ReceiptFull,
	reflect.TypeFor[models.TermRole]():      models.Head,
	reflect.TypeFor[models.LinkKind]():      models.LinkMerge,
	reflect.TypeFor[models.Accrual]():       models.FullIfOnDay,
	reflect.TypeFor[models.Stacking]():      models.StackAll,
	reflect.TypeFor[models.Date]():          models.NewDate(2026, 4, 1),
	reflect.TypeFor[models.Month]():         models.NewMonth(2026, 5),
	reflect.TypeFor[change.Kind]():          change.Phone{Number: "+84905123456"},
	reflect.TypeFor[roster.Secret]():        roster.Secret{Plain: "3712205123456"},
	reflect.TypeFor[warnings.Kind]():        warnings.NoHead,
}

func (f *filler) fill(of reflect.Type, field string) reflect.Value {
	if word, is := meanings[of]; is {
		value := reflect.New(of).Elem()
		value.Set(reflect.ValueOf(word))
		return value
	}
	value := reflect.New(of).Elem()
	switch of {
	case reflect.TypeFor[time.Time]():
		return reflect.ValueOf(f.clock().Add(time.Hour))
	case reflect.TypeFor[roster.Fresh]():
		value.Set(reflect.ValueOf(f.house.ward.Identity))
		return value
	case reflect.TypeFor[io.Reader]():
		value.Set(reflect.ValueOf(strings.NewReader("")))
		return value
	}
	switch of.Kind() {
	case reflect.Int64:
		f.ids++
		switch {
		case field == "WardID":
			value.SetInt(f.besieged.ward)
		case f.variant == 1:
			value.SetInt(theirs + int64(f.ids-1)%2)
		default:
			value.SetInt(theirs)
		}
	case reflect.Int, reflect.Int32:
		value.SetInt(1)
	case reflect.Bool:
		value.SetBool(true)
	case reflect.String:
		value.SetString("Hội nghị")
	case reflect.Pointer:
		value.Set(reflect.New(of.Elem()))
		value.Elem().Set(f.fill(of.Elem(), field))
	case reflect.Struct:
		for i := range of.NumField() {
			if part := of.Field(i); part.IsExported() {
				value.Field(i).Set(f.fill(part.Type, part.Name))
			}
		}
	case reflect.Slice:
		if of.Elem().Kind() == reflect.Uint8 {
			return reflect.ValueOf(played("danh sach moi.xlsx")).Convert(of)
		}
		value.Set(reflect.Append(value, f.fill(of.Elem(), field)))
	case reflect.Func:
		value.Set(reflect.MakeFunc(of, func([]reflect.Value) []reflect.Value {
			var none []reflect.Value
			for i := range of.NumOut() {
				out := reflect.New(of.Out(i)).Elem()
				if out.Kind() == reflect.String {
					out.SetString("Tên")
				}
				none = append(none, out)
			}
			return none
		}))
	}
	return value
}

// given are the arguments of methods whose types do not say what they are.
func (b *besieged) given(name string) []any {
	may := models.NewDate(2026, 5, 1)
	to := notice.Audience{People: []int64{theirs, theirs + 1}}
	compose := notice.Compose{Text: "Mời họp.", Audience: to}
	proposal := change.Proposal{Person: theirs, Kind: change.Phone{Number: "+84905123456"}}
	policy := models.Policy{Name: "Hỗ trợ", Source: b.policy.Source, LegalBasis: "2/QĐ", From: may,
		Accrual: models.FullIfOnDay, AccrualDays: 1, Stacking: models.StackAll,
		Rules: []models.PolicyRule{{Role: models.Head, Amount: 10_000}}}
	breach := privacy.Found{What: "Mất máy có danh sách cán bộ", Whom: "cán bộ cả phường", At: b.clock().Add(-time.Hour)}
	rules := []approve.Rule{{Kind: "leave", Proposers: []string{approve.ByStaff},
		Steps: []approve.Step{{Role: approve.Any, People: 1}}}}
	return map[string][]any{
		"Identity.AddStaff":         {b.ward, identity.NewStaff{Name: "Lê Tư", Role: services.Clerk, Phone: "0905123456"}},
		"Channels.SetTemplate":      {"zalo", string(outbox.CaseAnswered), "77"},
		"Channels.EndTemplate":      {"zalo", string(outbox.CaseAnswered)},
		"Story.Story":               {story.Subject{Kind: story.Person, ID: theirs}},
		"Story.Export":              {story.Subject{Kind: story.Person, ID: theirs}},
		"Audit.Of":                  {fmt.Sprint("person:", theirs)},
		"Audit.Record":              {"person.seen", fmt.Sprint("person:", theirs)},
		"Approvals.SetRules":        {rules},
		"Delegations.SetRules":      {rules},
		"Approvals.SetDesk":         {theirs, "front"},
		"Delegations.SetDesk":       {theirs, "front"},
		"Year.SetBudget":            {"town", 2026},
		"Year.Year":                 {2026},
		"Papers.Year":               {2026, paper.PNG},
		"Papers.Statement":          {2026, paper.PDF},
		"Papers.List":               {theirs, paper.PDF},
		"Roster.Show":               {journal.Look{Action: "person.shown"}, b.people(theirs, theirs+1)},
		"Papers.Cash":               {theirs, ""},
		"Signed.Receive":            {[]byte(besiegedPaper)},
		"Confirms.Office":           {""},
		"Confirms.Payment":          {theirs, ""},
		"Papers.Transfer":           {theirs, ""},
		"Papers.Form":               {theirs, theirs},
		"Privacy.Ask":               {"restrict", "Tôi xin phường tạm dừng dùng số điện thoại"},
		"Privacy.Service.Ask":       {"object", "Tôi không đồng ý"},
		"Privacy.AddBreach":         {breach},
		"Privacy.Service.AddBreach": {breach},
		"Outbox.Redraw":             {b.ward, "change", theirs},
		"Money.AddPolicy":           {policy, b.policy.ID},
		"Money.PreviewPolicy":       {policy, b.policy.ID},
		"Money.AddPolicies":         {[]models.Policy{policy}},
		"List.Waivers.Ask":          {theirs, int64(1), "3/QĐ"},
		"List.Debts.Repay":          {models.Repayment{PersonID: theirs, Amount: 1, Receipt: "3", PaidOn: may.AddDays(-30)}},
		"Money.ClosePolicy":         {theirs, models.NewDate(2026, 12, 31)},
		"Money.PreviewClose":        {theirs, models.NewDate(2026, 12, 31)},
		"Changes.Submit":            {proposal},
		"Changes.Preview":           {proposal},
		"Changes.Resubmit":          {theirs, 1, proposal},
		"Changes.Reveal":            {theirs + 1},
		"Evidence.Keep":             {played("quyet dinh.jpg")},
		"Notices.KeepFile":          {played("quyet dinh.jpg")},
		"Notices.Draft":             {compose},
		"Notices.Send":              {compose},
		"Notices.Recur":             {theirs + 1, notice.Monthly{Day: 5, Minute: 500}},
		"Notices.Audiences.Count":   {to},
		"Notices.Audiences.Reach":   {to},
		"Notices.Audiences.Roll":    {to},
		"Phrases.Count":             {phrases.Unclear{Intent: "unknown", Text: "gì"}},
		"Delegations.Delegate":      {theirs + 1, models.NewDate(2026, 4, 20), models.NewDate(2026, 4, 21)},
		"Phrases.Keep":              {b.ward},
		"Phrases.Of":                {b.ward},
		"Results.Check":             {models.NewMonth(2026, 3), played("ket qua.xlsx")},
		"Results.Preview":           {models.NewMonth(2026, 3), "ket qua.xlsx", played("ket qua.xlsx")},
		"Units.AddBranch":           {theirs, "farmers"},
		"Units.AddWard":             {units.NewWard{Code: "moi", Name: "Mới", Kind: "phường", From: may}},
		"Units.Merge": {units.Merger{Villages: []int64{theirs, theirs + 1}, Name: "Tổ dân phố Mới", From: may,
			Decision: "3/QĐ"}},
		"Units.Split": {units.Division{Village: theirs, Parts: []string{"Tổ dân phố A", "Tổ dân phố B"}, From: may,
			Decision: "3/QĐ", To: map[int64]int{theirs: 0}}},
	}[name]
}

// people are rows of the roster.
func (b *besieged) people(ids ...int64) []models.Person {
	var people []models.Person
	b.db().Find(&people, ids)
	return people
}

// played is a file of the plays.
func played(name string) []byte {
	content, err := os.ReadFile(filepath.Join(playFiles, name))
	if err != nil {
		panic(err)
	}
	return content
}

// unreached are the methods whose arguments here are not good enough for anybody,
// with the reason why that does no harm.
var unreached = map[string]string{
	"Identity.DisownLink":     "the link is to be younger than the chat: services/identity tries it",
	"Identity.DisownNumber":   "a sheet is to have changed it: services/sheet tries it",
	"Identity.StepUp":         "a code is of its minute: services/identity tries them",
	"Identity.Unlink":         "whom it would unlink have withdrawn before",
	"List.SettleCash":         "nobody of that list is paid in cash",
	"Notices.Outcomes.Called": "nobody is to be telephoned",
	"Signed.Receive":          "a token is to have signed it: signed_test.go has one",
	"Drafts.Delete":           "a draft is found by who asks, and has no number",
	"Drafts.Load":             "a draft is found by who asks, and has no number",
	"Drafts.Save":             "a draft is found by who asks, and has no number",

	"Privacy.SetAccountsNotOn":         "it wants the name of a channel: services/privacy tries it",
	"Privacy.Service.SetAccountsNotOn": "it wants the name of a channel: services/privacy tries it",
}

// What is refused is refused for who asks: the same arguments are good enough for
// somebody.
func TestEveryDoorOpensToSomebody(t *testing.T) {
	if watched(t) {
		return
	}
	b := besiege(t)
	rightful := []services.Actor{services.SystemActor(b.ward)}
	for _, user := range []string{"nha-kin-0", "can-bo-1", "lanh-dao", "quan-tri", "can-bo-2", "truong-phu-nu"} {
		rightful = append(rightful, b.actor(t, user))
	}
	for _, door := range b.doors() {
		if !takes(door.call, anActor) {
			continue
		}
		reached, outcomes := false, map[string]bool{}
		for _, actor := range rightful {
			for variant := range variants(door) {
				refusal, told := b.knock(t, door, actor, variant)
				if refusal.Kind == services.KindInternal {
					t.Logf("%s fails: %.200s", door.name, told)
				}
				outcomes[string(refusal.Kind)+"/"+refusal.Code] = true
				asked := refusal.Kind == services.KindDenied && (refusal.Code == "role" || refusal.Code == "own_only")
				reached = reached || !asked && refusal.Kind != services.KindInvalid && refusal.Kind != services.KindNotFound &&
					refusal.Kind != services.KindInternal
			}
		}
		if why, listed := unreached[door.name]; reached == listed {
			t.Errorf("%s: reached %v, listed %q: %v", door.name, reached, why, slices.Sorted(maps.Keys(outcomes)))
		}
	}
}
