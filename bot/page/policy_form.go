package page

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"canbobot/bot"
	"canbobot/models"
	"canbobot/services"
)

// policyForm enters a policy: whose money, on what paper, from when, to whom and
// how much, and how a month begun or ended in the middle counts.
func (s *Screens) policyForm() *bot.Form {
	fixed := func(values ...[2]string) func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
		return func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
			var rows [][]bot.Button
			for _, value := range values {
				rows = append(rows, bot.Row(bot.Button{Label: s.say("policy_choice." + value[0]), Action: bot.Choice(value[1])}))
			}
			return rows, nil
		}
	}
	nothing := fixed([2]string{"none", none})
	sources := fixed([2]string{"town", "town"}, [2]string{"province", "province"})
	accruals := fixed([2]string{"on_day", "full_if_on_day 15"}, [2]string{"next_month", "next_month"}, [2]string{"by_day", "by_day"}, [2]string{"full_from", "full_from 15 50"})
	stackings := fixed([2]string{"all", "all"}, [2]string{"highest", "highest"}, [2]string{"highest_plus", "highest_plus 50"})
	return &bot.Form{
		Name: "policy",
		Mends: map[string]string{
			"policy_name": "name", "policy_source": "source", "policy_basis": "basis", "policy_dates": "to", "policy_rules": "head", "policy_amount": "head",
			"policy_coefficient": "head", "policy_overlap": "from", "policy_begun": "from", "policy_days": "accrual", "policy_percent": "accrual", "policy_cap": "cap",
		},
		Steps: []bot.Step{
			{Name: "source", Ask: "policy_ask.source", Choices: sources, Read: s.readChoiceOr(sources, readSentence), Show: s.showSource},
			{Name: "name", Ask: "policy_ask.name", Example: "example.policy_name", Read: readSentenceStep, Show: asKept("name"), Free: true},
			{Name: "basis", Ask: "policy_ask.basis", Example: "example.policy_basis", Read: readSentenceStep, Show: asKept("basis"), Free: true},
			{Name: "decided", Ask: "policy_ask.decided", Example: "example.from", Choices: nothing, Read: s.readDayOrNone, Show: s.showDayOrNone("decided")},
			{Name: "from", Ask: "policy_ask.from", Example: "example.from", Choices: s.monthStarts, Read: s.readDay, Show: showDayOf("from")},
			{Name: "to", Ask: "policy_ask.to", Example: "example.policy_to", Choices: nothing, Read: s.readLastDay, Show: s.showDayOrNone("to")},
			{Name: "organizations", Ask: "policy_ask.organizations", Example: "example.policy_organizations", Choices: fixed([2]string{"every", every}), Read: s.readOrganizations, Show: s.showOrganizations},
			{Name: "head", Ask: "policy_ask.head", Example: "example.policy_amount", Choices: nothing, Read: readPay, Show: s.showPay("head")},
			{Name: "deputy", Ask: "policy_ask.deputy", Example: "example.policy_amount", Choices: nothing, Read: readPay, Show: s.showPay("deputy")},
			{Name: "member", Ask: "policy_ask.member", Example: "example.policy_amount", Choices: nothing, Read: readPay, Show: s.showPay("member")},
			{Name: "accrual", Ask: "policy_ask.accrual", Choices: accruals, Read: s.readChoiceOr(accruals, readAccrual), Show: s.showAccrual, Pick: true},
			{Name: "stacking", Ask: "policy_ask.stacking", Choices: stackings, Read: s.readChoiceOr(stackings, readStacking), Show: s.showStacking, Pick: true},
			{Name: "cap", Ask: "policy_ask.cap", Example: "example.policy_amount", Choices: nothing, Read: readCap, Show: s.showPay("cap")},
		},
		Confirm: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			policy := policyFrom(answers)
			effect, err := s.Money.PreviewPolicy(ctx, turn.Speaker.Actor, policy, number(answers["replaces"]))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Title: policy.Name, Text: s.describePolicy(policy) + "\n\n" + s.policyEffect(effect)}, nil
		},
		Done: func(ctx context.Context, turn bot.Turn, answers bot.Answers) (bot.Reply, error) {
			policy, err := s.Money.AddPolicy(ctx, turn.Speaker.Actor, policyFrom(answers), number(answers["replaces"]))
			if err != nil {
				return bot.Reply{}, err
			}
			return bot.Reply{Text: s.say("policies.done", "name", policy.Name), Buttons: [][]bot.Button{bot.Row(s.button("policies", "policies"), s.button("runs", "runs")), s.menuRow()}}, nil
		},
	}
}

// every stands for all organizations among the answers.
const every = "every"

// policyFrom makes a policy of a form's answers.
func policyFrom(answers bot.Answers) models.Policy {
	policy := models.Policy{
		Name: answers["name"], Source: answers["source"], LegalBasis: answers["basis"], LegalDate: dayOf(answers["decided"]),
		From: dayOf(answers["from"]), To: dayOf(answers["to"]), Accrual: models.FullIfOnDay,
	}
	accrual := strings.Fields(answers["accrual"])
	if len(accrual) > 0 {
		policy.Accrual = models.Accrual(accrual[0])
	}
	if len(accrual) > 1 {
		policy.AccrualDays = int(number(accrual[1]))
	}
	if len(accrual) > 2 {
		policy.AccrualPercent = int(number(accrual[2]))
	}
	stacking := strings.Fields(answers["stacking"] + " ")
	if len(stacking) > 0 {
		policy.Stacking = models.Stacking(stacking[0])
	}
	if len(stacking) > 1 {
		policy.StackingPercent = int(number(stacking[1]))
	}
	if amount, _ := payOf(answers["cap"]); amount > 0 {
		policy.Cap = amount
	}
	organizations := []string{""}
	if answers["organizations"] != every {
		organizations = strings.Split(answers["organizations"], ",")
	}
	for _, role := range []models.TermRole{models.Head, models.Deputy, models.Member} {
		amount, coefficient := payOf(answers[string(role)])
		if amount == 0 && coefficient == 0 {
			continue
		}
		for _, organization := range organizations {
			policy.Rules = append(policy.Rules, models.PolicyRule{Role: role, OrganizationCode: organization, Amount: amount, Coefficient: coefficient})
		}
	}
	return policy
}

// payOf reads a kept amount: đồng, or thousandths behind an x.
func payOf(kept string) (amount, coefficient int64) {
	if thousandths, is := strings.CutPrefix(kept, "x"); is {
		return 0, number(thousandths)
	}
	return number(kept), 0
}

var coefficientText = regexp.MustCompile(`^(?:he so|hs|x)? ?([0-9]{1,2})[.,]([0-9]{1,3})$`)

// readPay reads what a role is paid: an amount, or a coefficient of the base
// salary such as "hệ số 0,15".
func readPay(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	folded := strings.TrimSpace(models.Fold(input.Text))
	if input.Choice == none || folded == "khong" || folded == "khong co" {
		return none, nil
	}
	if parts := coefficientText.FindStringSubmatch(folded); parts != nil && (len(parts[2]) != 3 || strings.HasPrefix(folded, "he so") || strings.HasPrefix(folded, "hs") || parts[1] == "0") {
		thousandths, err := strconv.Atoi(parts[1] + (parts[2] + "000")[:3])
		if err == nil && thousandths > 0 {
			return "x" + strconv.Itoa(thousandths), nil
		}
	}
	amount, ok := amountOf(input.Text)
	if !ok {
		return "", services.Invalid("policy_amount")
	}
	return strconv.FormatInt(amount, 10), nil
}

// readCap reads an amount; a coefficient is no cap.
func readCap(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	kept, err := readPay(ctx, turn, answers, input)
	if err == nil && strings.HasPrefix(kept, "x") {
		return "", services.Invalid("policy_cap")
	}
	return kept, err
}

func (s *Screens) showPay(step string) func(context.Context, bot.Turn, bot.Answers) (string, error) {
	return func(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
		amount, coefficient := payOf(answers[step])
		if amount == 0 && coefficient == 0 {
			return strings.ToLower(s.say("policy_choice.none")), nil
		}
		return s.rulePays(models.PolicyRule{Amount: amount, Coefficient: coefficient}), nil
	}
}

// factor writes thousandths as people do: 0,15.
func factor(thousandths int64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d,%03d", thousandths/1000, thousandths%1000), "0"), ",")
}

// readChoiceOr takes a button's value, or words that another reading takes.
func (s *Screens) readChoiceOr(choices func(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error), words func(bot.Input) (string, error)) func(context.Context, bot.Turn, bot.Answers, bot.Input) (string, error) {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
		rows, err := choices(ctx, turn, answers)
		if err != nil {
			return "", err
		}
		for _, row := range rows {
			if row[0].Action.Value() == input.Choice || input.Choice == "" && models.Fold(row[0].Label) == models.Fold(input.Text) {
				return row[0].Action.Value(), nil
			}
		}
		if input.Choice != "" {
			return "", services.Invalid("choice")
		}
		return words(input)
	}
}

var (
	onDayText  = regexp.MustCompile(`ngay (\d{1,2})`)
	fromText   = regexp.MustCompile(`du (\d{1,2})(?: ngay)?(?:.*?(\d{1,3}) ?%)?`)
	higherText = regexp.MustCompile(`(\d{1,3}) ?%`)
)

// readAccrual reads how a month counts: "có mặt ngày 10", "đủ 12 ngày, không đủ
// thì 50%", "từ tháng sau", "theo ngày".
func readAccrual(input bot.Input) (string, error) {
	folded := models.Fold(input.Text)
	if parts := fromText.FindStringSubmatch(folded); parts != nil {
		percent := parts[2]
		if percent == "" {
			percent = "0"
		}
		return "full_from " + parts[1] + " " + percent, nil
	}
	if parts := onDayText.FindStringSubmatch(folded); parts != nil {
		return "full_if_on_day " + parts[1], nil
	}
	switch {
	case strings.Contains(folded, "thang sau"):
		return "next_month", nil
	case strings.Contains(folded, "theo ngay"):
		return "by_day", nil
	}
	return "", services.Invalid("choice")
}

func readStacking(input bot.Input) (string, error) {
	folded := models.Fold(input.Text)
	switch parts := higherText.FindStringSubmatch(folded); {
	case parts != nil:
		return "highest_plus " + parts[1], nil
	case strings.Contains(folded, "cao nhat"):
		return "highest", nil
	case strings.Contains(folded, "het") || strings.Contains(folded, "tat ca"):
		return "all", nil
	}
	return "", services.Invalid("choice")
}

func accrualKept(p models.Policy) string {
	switch p.Accrual {
	case models.FullIfOnDay:
		return fmt.Sprintf("%s %d", p.Accrual, max(p.AccrualDays, 1))
	case models.FullFrom:
		return fmt.Sprintf("%s %d %d", p.Accrual, max(p.AccrualDays, 1), p.AccrualPercent)
	}
	return string(p.Accrual)
}

func stackingKept(p models.Policy) string {
	if p.Stacking == models.StackPercent {
		return fmt.Sprintf("%s %d", p.Stacking, p.StackingPercent)
	}
	return string(p.Stacking)
}

func (s *Screens) showAccrual(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return s.accrualWords(policyFrom(answers)), nil
}

func (s *Screens) showStacking(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	policy := policyFrom(answers)
	if policy.Stacking == models.StackPercent {
		return s.say("policies.highest_plus", "percent", policy.StackingPercent), nil
	}
	return s.say("policies." + string(policy.Stacking)), nil
}

func (s *Screens) showSource(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	return s.sourceName(answers["source"]), nil
}

func (s *Screens) readDayOrNone(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	if folded := models.Fold(input.Text); input.Choice == none || folded == "khong" || folded == "chua" {
		return none, nil
	}
	return s.readDay(ctx, turn, answers, input)
}

// readLastDay reads a last day that does not come before the first.
func (s *Screens) readLastDay(ctx context.Context, turn bot.Turn, answers bot.Answers, input bot.Input) (string, error) {
	kept, err := s.readDayOrNone(ctx, turn, answers, input)
	if err == nil && kept != none && dayOf(kept).Before(dayOf(answers["from"])) {
		return "", services.Invalid("policy_dates")
	}
	return kept, err
}

func (s *Screens) showDayOrNone(step string) func(context.Context, bot.Turn, bot.Answers) (string, error) {
	return func(ctx context.Context, turn bot.Turn, answers bot.Answers) (string, error) {
		if answers[step] == none {
			return strings.ToLower(s.say("policy_choice.none")), nil
		}
		return showDayOf(step)(ctx, turn, answers)
	}
}

// monthStarts offers the first day of this month and of the next.
func (s *Screens) monthStarts(context.Context, bot.Turn, bot.Answers) ([][]bot.Button, error) {
	var row []bot.Button
	for _, month := range []models.Month{s.today().MonthOf(), s.today().MonthOf() + 1} {
		row = append(row, bot.Button{Label: s.say("policies.from_button", "date", shortDate(month.First())), Action: bot.Choice(month.First().String())})
	}
	return [][]bot.Button{row}, nil
}

// organizationWords are what each organization is known by, folded.
var organizationWords = map[string][]string{
	"youth": {"doan", "thanh nien"}, "women": {"phu nu"}, "farmers": {"nong dan"}, "veterans": {"cuu chien binh", "ccb"},
	"elderly": {"cao tuoi"}, "red_cross": {"chu thap do"}, "front": {"mat tran"}, "party_cell": {"chi bo", "dang"},
}

// readOrganizations reads one or several organizations: "phụ nữ, nông dân".
func (s *Screens) readOrganizations(_ context.Context, _ bot.Turn, _ bot.Answers, input bot.Input) (string, error) {
	folded := models.Fold(input.Text)
	if input.Choice == every || strings.Contains(folded, "moi") || strings.Contains(folded, "tat ca") {
		return every, nil
	}
	var codes []string
	for code, words := range organizationWords {
		for _, word := range words {
			if strings.Contains(folded, word) && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	if len(codes) == 0 {
		return "", services.Invalid("choice")
	}
	slices.Sort(codes)
	return strings.Join(codes, ","), nil
}

func (s *Screens) showOrganizations(_ context.Context, _ bot.Turn, answers bot.Answers) (string, error) {
	if answers["organizations"] == every {
		return s.say("policies.every"), nil
	}
	var names []string
	for code := range strings.SplitSeq(answers["organizations"], ",") {
		names = append(names, s.say("organization_short."+code))
	}
	return strings.Join(names, ", "), nil
}
