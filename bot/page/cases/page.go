// Package cases is the screens by which officers ask and complain, and the ward
// answers.
package cases

import (
	"canbobot/bot/page/kit"
	"canbobot/services/cases"
	"canbobot/services/list"
)

// Page is the matter's screens.
type Page struct {
	kit.Kit
	Cases *cases.Service
	List  *list.Service
}
