package zalo

import (
	"strings"
	"time"

	"canbobot/bot"
)

// WhyProof is a reason of bot.Broken: the app demands appsecret_proof, and it is
// missing or wrong.
const WhyProof = "proof"

// on says on which host a code has a meaning.
type on string

const (
	either   on = ""
	api      on = "openapi"
	business on = "business"
)

// rule is what a code of Zalo's means for a message.
type rule struct {
	code    int
	on      on
	says    string // words of the answer's message, in lower case, that tell this meaning
	fate    bot.Fate
	why     string
	pause   func(now time.Time) time.Time // when it may be asked again
	renew   bool                          // the access token is to be renewed
	again   bool                          // may be asked once more at once
	meaning string                        // for the log; Zalo's own words may quote the message
}

// rules are the error codes of the OpenAPI and of its business host. Of several
// rules with a code the first that applies counts. [Zalo for Developers, error
// codes of the OA API and of ZBS template messages; some from clients in use]
var rules = []rule{
	// The token.
	{code: -216, fate: bot.Broken, why: bot.WhyToken, renew: true, meaning: "the access token is invalid"},
	{code: -220, fate: bot.Broken, why: bot.WhyToken, renew: true, meaning: "the access token has expired or was removed"},
	{code: -124, fate: bot.Broken, why: bot.WhyToken, renew: true, meaning: "the access token is invalid"},

	// For the moment.
	{code: -32, says: "application", fate: bot.Retry, pause: nextMinute, meaning: "too many requests of the app"},
	{code: -32, fate: bot.Retry, pause: nextMinute, meaning: "too many requests of the account"},
	{code: -200, fate: bot.Retry, again: true, meaning: "sending failed"},
	// What has expired is uploaded anew.
	{code: -100, on: api, fate: bot.Retry, meaning: "the attachment has expired"},
	{code: -100, on: business, fate: bot.Retry, pause: nextMinute, meaning: "unknown error, to be tried later"},
	{code: -214, fate: bot.Retry, meaning: "still being processed"},
	{code: -144, fate: bot.Retry, why: bot.WhyAllowance, pause: nextDay,
		meaning: "the account's quota of the day is used up"},
	{code: -147, fate: bot.Retry, why: bot.WhyAllowance, pause: nextDay,
		meaning: "the template's quota of the day is used up"},
	{code: -133, fate: bot.Retry, pause: nextMorning, meaning: "not at night"},
	{code: -234, fate: bot.Retry, pause: nextMorning, meaning: "not at night"},

	// This person.
	{code: -213, fate: bot.Unreachable, why: bot.WhyLeft, meaning: "the user does not follow the account"},
	{code: -217, fate: bot.Unreachable, why: bot.WhyBlocked, meaning: "the user has blocked the account's invitations"},
	{code: -244, fate: bot.Unreachable, why: bot.WhyBlocked, meaning: "the user has blocked this kind of message"},
	{code: -218, fate: bot.Unreachable, why: bot.WhyQuota, meaning: "the user's receiving quota is used up"},
	{code: -311, fate: bot.Unreachable, why: bot.WhyQuota, meaning: "the quota of replies to the user is used up"},
	{code: -227, fate: bot.Unreachable, why: bot.WhyInactive,
		meaning: "the user is locked, or away for more than 45 days"},
	{code: -230, fate: bot.Unreachable, why: bot.WhyWindow, meaning: "the user was not heard of for seven days"},
	{code: -232, fate: bot.Unreachable, why: bot.WhyWindow, meaning: "the user has not been in touch, or not for long"},
	{code: -305, fate: bot.Unreachable, why: bot.WhyWindow, meaning: "no reply after 48 hours"},
	{code: -114, fate: bot.Unreachable, why: bot.WhyInactive, meaning: "the user cannot receive"},
	{code: -118, fate: bot.Unreachable, why: bot.WhyInactive, meaning: "the Zalo account does not exist or was closed"},
	{code: -119, fate: bot.Unreachable, why: bot.WhyInactive, meaning: "the Zalo account cannot receive"},
	{code: -139, fate: bot.Unreachable, why: bot.WhyBlocked, meaning: "the user refuses this kind of message"},
	{code: -140, fate: bot.Unreachable, why: bot.WhyBlocked, meaning: "this kind of message may not go to the user"},
	{code: -141, fate: bot.Unreachable, why: bot.WhyBlocked, meaning: "the user refuses messages of the account"},

	// The channel, until a person acts.
	{code: -204, fate: bot.Broken, why: bot.WhySuspended, meaning: "the account was deleted"},
	{code: -205, fate: bot.Broken, why: bot.WhySuspended, meaning: "the account does not exist"},
	{code: -209, fate: bot.Broken, why: bot.WhySuspended, meaning: "the app is not activated"},
	{code: -212, fate: bot.Broken, why: bot.WhySuspended, meaning: "the app has not registered this API"},
	{code: -219, fate: bot.Broken, why: bot.WhySuspended, meaning: "the app was removed or disabled"},
	{code: -235, fate: bot.Broken, why: bot.WhySuspended, meaning: "this API is not for accounts of this type"},
	{code: -101, on: business, fate: bot.Broken, why: bot.WhySuspended, meaning: "the app is invalid"},
	{code: -102, on: business, fate: bot.Broken, why: bot.WhySuspended, meaning: "the app does not exist"},
	{code: -103, on: business, fate: bot.Broken, why: bot.WhySuspended, meaning: "the app is not activated"},
	{code: -104, on: business, fate: bot.Broken, why: bot.WhySuspended, meaning: "the app's secret is invalid"},
	{code: -105, on: business, fate: bot.Broken, why: bot.WhySuspended, meaning: "the app is not linked to the account"},
	{code: -1351, fate: bot.Broken, why: bot.WhySuspended, meaning: "the account was barred from sending templates"},
	{code: -211, fate: bot.Broken, why: bot.WhyPlan, meaning: "the quota of this feature is used up"},
	{code: -221, fate: bot.Broken, why: bot.WhyPlan, meaning: "the account is not verified"},
	{code: -223, says: "quota", fate: bot.Retry, why: bot.WhyAllowance, pause: nextDay,
		meaning: "the account's quota is used up"},
	{code: -223, fate: bot.Broken, why: bot.WhyPlan, meaning: "the account has not granted this API to the app"},
	{code: -224, fate: bot.Broken, why: bot.WhyPlan, meaning: "the account's package does not include this"},
	{code: -320, fate: bot.Broken, why: bot.WhyPlan, meaning: "no Zalo Cloud Account is linked"},
	{code: -321, fate: bot.Broken, why: bot.WhyPlan, meaning: "the Zalo Cloud Account has no money or is closed"},
	{code: -115, fate: bot.Broken, why: bot.WhyPlan, meaning: "neither quota nor money is left"},
	{code: -135, fate: bot.Broken, why: bot.WhyPlan, meaning: "the account may not send templates"},
	{code: -136, fate: bot.Broken, why: bot.WhyPlan, meaning: "a Zalo Cloud Account must be linked"},
	{code: -137, fate: bot.Broken, why: bot.WhyPlan, meaning: "the Zalo Cloud Account could not pay"},
	{code: -242, fate: bot.Broken, why: WhyProof, meaning: "appsecret_proof is missing or wrong"},
	{code: -1241, fate: bot.Broken, why: WhyProof, meaning: "appsecret_proof is wrong"},

	// Our request.
	{code: -201, fate: bot.Refused, meaning: "a field is invalid"},
	{code: -210, fate: bot.Refused, meaning: "a field is over its limit"},
	{code: -233, fate: bot.Refused, meaning: "this kind of message is not supported"},
	{code: -237, fate: bot.Refused, meaning: "the group has expired"},
	{code: -238, fate: bot.Refused, meaning: "the group's package is not usable"},
	{code: -241, fate: bot.Refused, meaning: "the group's package is used up"},
	{code: -403, fate: bot.Refused, meaning: "the group may not be used"},
	{code: -240, fate: bot.Refused, meaning: "this API was shut down"},
	{code: -248, fate: bot.Refused, meaning: "against the platform's standards"},
	{code: -249, fate: bot.Refused, meaning: "the template may not go to a user's id"},
	{code: -108, fate: bot.Refused, meaning: "the phone number is invalid"},
	{code: -109, fate: bot.Refused, meaning: "the template's id is invalid"},
	{code: -111, fate: bot.Refused, meaning: "the template has no data"},
	{code: -112, fate: bot.Refused, meaning: "the template's data are invalid"},
	{code: -1121, fate: bot.Refused, meaning: "a parameter of the template is too long"},
	{code: -1122, fate: bot.Refused, meaning: "a parameter of the template is missing"},
	{code: -1124, fate: bot.Refused, meaning: "a parameter of the template has the wrong form"},
	{code: -117, fate: bot.Refused, meaning: "the template may not be used by the account"},
	{code: -127, fate: bot.Refused, meaning: "tests reach administrators only"},
	{code: -131, fate: bot.Refused, meaning: "the template is not approved"},
	{code: -146, fate: bot.Refused, meaning: "the template was disabled"},
}

// ruleOf finds the rule for a code of a host; none for a code that nobody knows.
func ruleOf(where on, code int, message string) (rule, bool) {
	for _, r := range rules {
		if r.code == code && (r.on == either || r.on == where) && strings.Contains(message, r.says) {
			return r, true
		}
	}
	return rule{}, false
}

// zone is the time of Zalo's days and nights; Vietnam has no summer time.
var zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

// nextMinute is when the count of requests begins anew.
func nextMinute(now time.Time) time.Time { return now.Truncate(time.Minute).Add(time.Minute) }

// nextDay is a little after quotas of a day begin anew.
func nextDay(now time.Time) time.Time {
	year, month, day := now.In(zone).Date()
	return time.Date(year, month, day+1, 0, 5, 0, 0, zone)
}

// nextMorning is the next end of the night, 22:00 to 06:00.
func nextMorning(now time.Time) time.Time {
	year, month, day := now.In(zone).Date()
	morning := time.Date(year, month, day, 6, 0, 0, 0, zone)
	if !morning.After(now) {
		morning = morning.AddDate(0, 0, 1)
	}
	return morning
}
