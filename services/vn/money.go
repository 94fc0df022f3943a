package vn

import "strconv"

// Dots writes a number with dots between thousands: 1.250.000.
func Dots(amount int64) string {
	digits, sign := strconv.FormatInt(amount, 10), ""
	if amount < 0 {
		digits, sign = digits[1:], "-"
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "." + digits[i:]
	}
	return sign + digits
}
