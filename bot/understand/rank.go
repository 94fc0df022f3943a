package understand

import (
	"math"

	"canbobot/bot"
)

// spread turns logits into odds, and tells the likeliest and their sum.
func spread(logits *[intentCount]float32, odds *[intentCount]float64) (best int, sum float64) {
	n := len(bot.Intents)
	for i := range n {
		if logits[i] > logits[best] {
			best = i
		}
	}
	for i := range n {
		odds[i] = math.Exp(float64(logits[i] - logits[best]))
		sum += odds[i]
	}
	return best, sum
}

// turnToOfficer takes the likeliest of the officers' intents where one of the
// staff's is not sure enough; false if none is likely.
func turnToOfficer(meaning *bot.Meaning, order *[5]int, odds *[intentCount]float64, sum float64) bool {
	second := bot.Intents[order[1]]
	if second.ForStaff() || second == bot.Unknown || changes(second) || odds[order[1]]/sum < likelyEnough {
		return false
	}
	meaning.Intent, meaning.Confidence = second, doubtful
	return true
}

// changes reports whether an intent leads to a change of what is held.
func changes(intent bot.Intent) bool {
	switch intent {
	case bot.ChangeOfficer, bot.ChangeLeave, bot.ChangePhone, bot.ChangeBank, bot.ChangeProfile, bot.Unlink:
		return true
	}
	return false
}

// rivals adds up the odds of all changes.
func rivals(odds *[intentCount]float64) (sum float64) {
	for i, intent := range bot.Intents {
		if changes(intent) {
			sum += odds[i]
		}
	}
	return sum
}

// rank orders the intents and says how likely the first is. What only staff ask
// for is likely enough when staff speak.
func rank(logits *[intentCount]float32, meaning *bot.Meaning, staff bool) {
	n := len(bot.Intents)
	var odds [intentCount]float64
	_, sum := spread(logits, &odds)
	var order [5]int // the likeliest four, and room for one that is not offered
	count := 0
	for i := range n {
		at := count
		for at > 0 && odds[i] > odds[order[at-1]] {
			at--
		}
		if at == len(order) {
			continue
		}
		count = min(count+1, len(order))
		copy(order[at+1:count], order[at:count-1])
		order[at] = i
	}
	meaning.Intent = bot.Intents[order[0]]
	meaning.Confidence = odds[order[0]] / sum
	rest := order[1:4]
	if meaning.Intent == bot.Unknown || meaning.Confidence < doubtful ||
		changes(meaning.Intent) && (meaning.Confidence < changeSure || rivals(&odds)/sum-meaning.Confidence > rivalry) ||
		!staff && meaning.Intent.ForStaff() && meaning.Confidence < staffSure && !turnToOfficer(meaning, &order, &odds, sum) {
		meaning.Confidence = 0
		meaning.Intent, rest = bot.Unknown, order[:]
	}
	if meaning.Intent != bot.Unknown && meaning.Intent != bot.Intents[order[0]] {
		rest = order[:4]
	}
	for _, i := range rest {
		likely := odds[i] / sum
		if bot.Intents[i] == bot.Unknown || bot.Intents[i] == meaning.Intent || likely < offered || len(meaning.Others) == 3 {
			continue
		}
		meaning.Others = append(meaning.Others, bot.Intents[i])
		if meaning.Intent == bot.Unknown {
			meaning.Confidence = max(meaning.Confidence, min(likely, doubtful))
		}
	}
}
