package services

import "time"

// Nobody is disturbed from NightFrom to NightTo o'clock but for what is urgent.
const NightFrom, NightTo = 21, 7

// Night reports whether people in Viet Nam are not to be disturbed at a moment.
func Night(at time.Time) bool {
	hour := at.In(Zone).Hour()
	return hour >= NightFrom || hour < NightTo
}

// Morning is the end of the night that a moment lies in.
func Morning(at time.Time) time.Time {
	local := at.In(Zone)
	day := local.Day()
	if local.Hour() >= NightFrom {
		day++
	}
	return time.Date(local.Year(), local.Month(), day, NightTo, 0, 0, 0, Zone)
}
