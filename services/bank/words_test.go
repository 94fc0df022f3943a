package bank

import (
	"strings"
	"testing"

	"canbobot/models"
	"canbobot/services/sheet"
)

// The words of banks: what is surely an answer is read, all else is asked.
func TestOnlyWholePhrasesAreAnswers(t *testing.T) {
	for cell, want := range map[string]answer{
		"Thành công": answerPaid, " THANH CONG. ": answerPaid, "Đã hạch toán": answerPaid, "SUCCESS": answerPaid,
		"Không thành công": answerFailed, "Không hạch toán thành công": answerFailed, "Not successful": answerFailed,
		"Đã chuyển hoàn": answerReturned, "Returned": answerReturned, "Đang xử lý": answerWaiting,
		"Chưa chuyển tiền thành công": "", "Not completed": "", "Thành công một phần": "", "Thành công (một phần)": "",
		"Partially completed": "", "No error": "", "Thành công - Lỗi: 0": "", "Mã lỗi 00: Thành công": "", "00": "", "": "",
	} {
		if got, _ := vocabulary(nil).answer(cell); got != want {
			t.Errorf("%q is read as %q, want %q", cell, got, want)
		}
	}
}

// A positive phrase with a denial, a part or a return beside it is never paid, in
// three languages, with accents or without, also where the cell was cut short.
func TestADeniedPhraseIsNeverPaid(t *testing.T) {
	positives := []string{"Thành công", "Chuyển tiền thành công", "Đã hạch toán", "Đã thanh toán", "Hoàn tất", "OK",
		"Success", "Completed", "Paid"}
	against := []string{"Không", "Chưa", "Ko", "Chẳng", "Không hề", "một phần", "1 phần", "nhưng đã hoàn trả",
		"bị trả lại", "đã chuyển hoàn", "Not", "Un", "Partially", "but returned", "reversed", "- lỗi", "(hoàn tiền)", "No",
		"Never", "未", "部分"}
	tried := 0
	for _, positive := range positives {
		for _, doubt := range against {
			for _, whole := range []string{doubt + " " + positive, positive + " " + doubt, positive + ", " + doubt,
				"Đã " + doubt + " " + positive, doubt + positive} {
				for _, form := range []string{whole, models.Fold(whole), strings.ToUpper(whole)} {
					runes := []rune(form)
					for cut := range 4 {
						ends := [][]rune{runes[:len(runes)-cut], runes[cut:]}
						for _, end := range ends {
							// What was cut until nothing of the doubt is left says nothing else than the positive.
							if strings.HasSuffix(sheet.Words(positive), sheet.Words(string(end))) {
								continue
							}
							tried++
							if got, _ := vocabulary(nil).answer(string(end)); got == answerPaid {
								t.Errorf("%q is read as paid", string(end))
							}
						}
					}
				}
			}
		}
	}
	if tried < 10_000 {
		t.Errorf("only %d phrases were tried", tried)
	}
}
