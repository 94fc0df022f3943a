package story

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/change"
	"canbobot/services/vn"
)

// Words finds the words for a key, with the values of its gaps.
type Words func(key string, fields map[string]any) string

// writer puts what the journal holds as people read it.
type writer struct {
	words Words
	names Names
}

func (w writer) say(key string, fields ...any) string {
	filled := make(map[string]any, len(fields)/2)
	for i := 0; i+1 < len(fields); i += 2 {
		filled[fields[i].(string)] = fields[i+1]
	}
	return w.words(key, filled)
}

// writing is how a value of a detail is put.
type writing int

const (
	hidden    writing = iota // of use to the program only, or told otherwise
	asText                   // somebody's words, or a number
	asYes                    // a yes or no
	asDate                   // yyyy-mm-dd
	asMonth                  // yyyy-mm
	asMoney                  // đồng
	asPerson                 // an id
	asBranch                 // an id
	asStaff                  // an id
	asRole                   // of a term or of staff
	asReason                 // why a term ended, by code, or words
	asChannel                // the name of one
	asWhy                    // why an account ended
)

// details says how each key of a journal's detail is written. What is not here
// is not told.
var details = map[string]writing{
	"account": hidden, "again": hidden, "alive": hidden, "audience": hidden, "by": hidden, "closed_term": hidden,
	"fields": hidden,
	"hash":   hidden, "invite": hidden, "kind": hidden, "line": hidden, "opened_term": hidden, "revoked": hidden,
	"run":  hidden,
	"term": hidden, "to": hidden, "version": hidden, "died": hidden, "what": hidden, "merge": hidden, "rows": hidden,
	"whom": hidden, "tried": hidden, "channels": hidden, "code": hidden,
	"accounts": asText, "decision": asText, "entries": asText, "lines": asText, "messages": asText, "name": asText,
	"newcomer_phone": asText, "people": asText, "phone": asText, "size": asText, "step": asText, "template": asText,
	"needs_confirm": asYes, "on": asDate, "from": asDate, "first": asDate, "last": asDate, "month": asMonth,
	"total": asMoney, "amount": asMoney, "left": asMoney, "receipt": asText,
	"person": asPerson, "newcomer": asPerson, "added_person": asPerson, "dropped": asPerson, "restored": asPerson,
	"other": asPerson, "branch": asBranch, "for_staff": asStaff,
	"role": asRole, "reason": asReason, "channel": asChannel, "why": asWhy,
}

// whys are the codes of why an account ended that there are words for.
var whys = []string{"moved", "became_staff", "own", "by_staff", "renewed", "retired", "withdrawn", "died", "merged",
	"disowned"}

// channelName is what names of channels look like; which there are is not known here.
var channelName = regexp.MustCompile(`^[a-z]{1,20}$`)

var (
	staffRoles = []string{"viewer", "clerk", "leader", "admin"}
)

// what says what happened, in a sentence.
func (w writer) what(entry Entry) string {
	text := w.say("story.action." + strings.ReplaceAll(entry.Action, ".", "_"))
	if text == "" {
		text = entry.Action
	}
	about := w.about(entry.About)
	if about == "" {
		return text
	}
	return w.say("story.what", "about", about, "what", text)
}

// about names what an entry is about.
func (w writer) about(subject Subject) string {
	switch subject.Kind {
	case Person:
		return w.names.People[subject.ID]
	case "change", "case", "link", "line", "run", "download", "notice":
		return w.say("story.about."+subject.Kind, "number", subject.ID)
	}
	return ""
}

// who names who acted.
func (w writer) who(entry Entry) string {
	switch {
	case entry.Who != "":
		return entry.Who
	case entry.Role == services.System:
		return w.say("story.by_itself")
	}
	return w.say("story.stranger")
}

func (w writer) role(role services.Role) string {
	name := string(role)
	if role == services.Stranger {
		name = "stranger"
	}
	return w.say("story.role." + name)
}

// fromTo writes what changed, a line a field.
func (w writer) fromTo(changed []change.Diff) (from, to string) {
	var froms, tos []string
	for _, diff := range changed {
		if strings.HasPrefix(diff.Field, "decision") {
			continue // has a column of its own
		}
		label := ""
		if diff.Field != "line" {
			label = w.say("field."+diff.Field) + ": "
		}
		if diff.From != "" {
			froms = append(froms, label+w.raw(diff.Field, diff.From))
		}
		if diff.To != "" {
			tos = append(tos, label+w.raw(diff.Field, diff.To))
		}
	}
	return strings.Join(froms, "\n"), strings.Join(tos, "\n")
}

// raw writes a value of changes.Diff.
func (w writer) raw(field, value string) string {
	switch {
	case field == "phone" || field == "newcomer_phone":
		return vn.MaskPhone(value)
	case field == "reason":
		return w.reason(value)
	case field == "line":
		return w.say("line_state." + value)
	}
	if day, err := models.ParseDate(value); err == nil {
		return date(day)
	}
	return mask(value)
}

func (w writer) reason(value string) string {
	if slices.Contains(change.LeaveReasons, value) || value == "replaced" {
		return w.say("leave_reason." + value)
	}
	return mask(value)
}

// more writes what else is known of an entry, a line a detail.
func (w writer) more(entry Entry) string {
	var lines []string
	if entry.Reason != "" {
		lines = append(lines, w.say("story.detail.reason")+": "+w.reason(entry.Reason))
	}
	keys := make([]string, 0, len(entry.Detail))
	for key := range entry.Detail {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		kind := details[key]
		told := len(entry.Changed) > 0 && entry.About.Kind != Run && kind != hidden && entry.About.Kind == Change
		if kind == hidden || told || entry.About.Kind == "line" && key == "from" {
			continue
		}
		if text := w.detail(kind, entry.Detail[key]); text != "" {
			lines = append(lines, w.say("story.detail."+key)+": "+text)
		}
	}
	return strings.Join(lines, "\n")
}

// detail writes one value; empty when it says nothing.
func (w writer) detail(kind writing, value any) string {
	if yes, is := value.(bool); is {
		if yes {
			return w.say("story.yes")
		}
		return w.say("story.no")
	}
	number, isNumber := value.(json.Number)
	text, _ := value.(string)
	if isNumber {
		text = number.String()
	}
	switch kind {
	case asDate:
		if day, err := models.ParseDate(text); err == nil {
			return date(day)
		}
		return "" // who, or what rule, told otherwise
	case asMonth:
		if month, err := models.ParseMonth(text); err == nil {
			return fmt.Sprintf("%d/%d", month.Month(), month.Year())
		}
	case asMoney:
		if n, err := number.Int64(); err == nil {
			return money(n)
		}
	case asPerson, asBranch, asStaff:
		n, err := number.Int64()
		if err != nil {
			return ""
		}
		return map[writing]map[int64]string{asPerson: w.names.People, asBranch: w.names.Branches,
			asStaff: w.names.Staff}[kind][n]
	case asRole:
		if slices.Contains(staffRoles, text) {
			return w.say("role." + text)
		}
		if text != "" {
			return w.say("term_role." + text)
		}
	case asReason:
		return w.reason(text)
	case asChannel:
		if named := w.say("channel." + text); channelName.MatchString(text) && named != "" {
			return named
		}
	case asWhy:
		if slices.Contains(whys, text) {
			return w.say("story.why." + text)
		}
	}
	return mask(text)
}

// long are numbers of telephones, accounts and citizens in what people wrote.
var long = regexp.MustCompile(`\d(?:[ .-]?\d){8,}`)

// mask leaves of such a number the last four digits.
func mask(text string) string {
	return long.ReplaceAllStringFunc(text, func(number string) string { return "****" + number[len(number)-4:] })
}

func date(day models.Date) string {
	if day.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", day.Day, day.Month, day.Year)
}

func moment(at time.Time) string { return at.In(services.Zone).Format("15:04 02/01/2006") }

// money writes đồng.
func money(amount int64) string { return vn.Dots(amount) + " đ" }
