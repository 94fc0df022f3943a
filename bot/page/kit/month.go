package kit

import (
	"time"

	"canbobot/bot"
	"canbobot/bot/texts"
	"canbobot/models"
	"canbobot/services"
	"canbobot/services/list"
)

// MonthAsked is the month that a button or a text names; without one, the
// month whose money people wait for: the one before the current.
func (k Kit) MonthAsked(turn bot.Turn) models.Month {
	current := k.Today().MonthOf()
	if month, err := models.ParseMonth(turn.Arg(0)); err == nil {
		return month
	}
	slots := turn.Meaning.Slots
	switch {
	case slots.Ago > 0 && slots.Ago <= 24:
		return current - models.Month(slots.Ago)
	case slots.Month >= 1 && slots.Month <= 12 && slots.Year >= 2000 && slots.Year <= 2100:
		return models.NewMonth(slots.Year, time.Month(slots.Month))
	case slots.Month >= 1 && slots.Month <= 12:
		month := models.NewMonth(current.Year(), time.Month(slots.Month))
		if month > current+1 { // in January, "tháng 12" is last year's
			month -= 12
		}
		return month
	}
	return current
}

func (k Kit) MonthButton(month models.Month) bot.Button {
	return Act(k.Say("problem.month_choice", "month", month), "month", month.String())
}

// StageLine is the whole answer in one line.
func (k Kit) StageLine(view list.MonthView) string {
	if view.Stage == list.StageNone && view.BeforeRuns {
		return k.Say("stage_unknown", "month", view.Month)
	}
	return k.Say("stage."+view.Told(),
		"month", view.Month, "amount", texts.Money(view.Amount), "date", k.StageDate(view))
}

func (k Kit) StageDate(view list.MonthView) string {
	switch {
	case !view.PaidOn.IsZero():
		return texts.Date(view.PaidOn)
	case !view.StageAt.IsZero():
		return texts.Date(models.DateOf(view.StageAt.In(services.Zone)))
	}
	return "–"
}

// MonthSaid is the month that a text names, for a button that leads to it; of a
// month of the moon it is not known which is meant.
func (k Kit) MonthSaid(turn bot.Turn) []string {
	slots := turn.Meaning.Slots
	if slots.Month == 0 && slots.Ago == 0 || slots.Lunar {
		return nil
	}
	turn.Args = nil
	return []string{k.MonthAsked(turn).String()}
}
