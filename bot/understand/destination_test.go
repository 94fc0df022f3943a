package understand

import "testing"

func TestWhoseAccountItIs(t *testing.T) {
	for said, want := range map[string]string{
		"đúng rồi": "own", "của em ạ": "own", "Chính tôi.": "own",
		"của vợ tôi": "spouse", "tk của chồng em": "spouse", "em dùng của con gái": "child",
		"con dâu nhà tôi": "child", "mẹ tôi": "parent", "không phải": "other",
		"của anh trai tôi": "other",
		"của chị Hoa":      "", "phụ cấp tháng này có chưa": "", "còn chưa rõ": "", "thôi bỏ đi": "", "em không biết": "",
		"không phải của con": "", "": "",
	} {
		if got := HeldBy(said); got != want {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
	for said, want := range map[string]string{"nhận qua VNeID": "vneid", "tôi lấy tiền mặt": "cash",
		"tài khoản an sinh xã hội": "vneid", "qua agribank": ""} {
		if got := PayWay(said); got != want {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
}
