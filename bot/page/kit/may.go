package kit

import (
	"canbobot/bot"
	"canbobot/services"
)

// StaffOnly refuses officers before a screen of staff asks them anything.
func StaffOnly(turn bot.Turn) error {
	if !turn.Speaker.Actor.IsStaff() {
		return services.Denied("staff_only")
	}
	return nil
}

// OfficersOnly refuses staff who hold no post, for screens about one's own.
func OfficersOnly(turn bot.Turn) error {
	if turn.Speaker.Actor.Role != services.Officer {
		return services.Denied("officer_only")
	}
	return nil
}

// InPost refuses those who hold no post any more.
func InPost(turn bot.Turn) error {
	if err := OfficersOnly(turn); err != nil {
		return err
	}
	if turn.Speaker.Former {
		return services.Denied("former")
	}
	return nil
}
