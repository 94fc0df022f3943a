package understand_test

import (
	"testing"

	"canbobot/bot"
)

// Staff say whom of a list or of the roster they mean, and the number of what
// waits; officers' words have no such object.
func TestStaffsOrdersHaveAnObject(t *testing.T) {
	for phrase, want := range map[string]bot.Slots{
		"ai chưa nhận tiền tháng 10":            {Of: bot.OfUnpaid, Month: 10},
		"còn những ai chưa được trả":            {Of: bot.OfUnpaid},
		"ai chua linh tien":                     {Of: bot.OfUnpaid},
		"những người chuyển không được tháng 9": {Of: bot.OfFailed, Month: 9},
		"ai bị trả lại tiền":                    {Of: bot.OfFailed},
		"ai chưa có tài khoản":                  {Of: bot.OfNoAccount},
		"ai ko có số tài khoản":                 {Of: bot.OfNoAccount},
		"ai nhận tiền mặt":                      {Of: bot.OfCash},
		"ai tăng ai giảm so với tháng trước":    {Of: bot.OfChanged, Ago: 1},
		"tháng 10 có gì thay đổi":               {Of: bot.OfChanged, Month: 10},
		"ai chưa liên kết":                      {Of: bot.OfUnlinked},
		"còn bao nhiêu người chưa đăng ký zalo": {Of: bot.OfUnlinked},
		"chi hội nào chưa có phó":               {Of: bot.OfVacant},
		"ai thiếu chi hội trưởng":               {Of: bot.OfVacant},
		"duyệt đề nghị số 4":                    {Number: 4},
		"từ chối đề nghị 12":                    {Number: 12},
		"thắc mắc số 3 trả lời chưa":            {Number: 3, Of: bot.OfCase},
		"in danh sách tháng 10":                 {Month: 10},
		"báo cáo quý 3 năm 2026":                {Quarter: 3, Year: 2026},
	} {
		got := model.UnderstandBy(phrase, true).Slots
		got.Name, got.Village, got.Role, got.Organization = "", "", "", ""
		if got != want {
			t.Errorf("%q: %+v, want %+v", phrase, got, want)
		}
		if own := model.UnderstandBy(phrase, false).Slots; own.Of != "" || own.Number != 0 {
			t.Errorf("%q of an officer: %+v", phrase, own)
		}
	}
}
