package zalotest_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"testing"

	"canbobot/bot/zalo/zalotest"
)

var png = []byte("\x89PNG\r\n\x1a\n rest of a picture")

func upload(t *testing.T, s *zalotest.Server, path, name string, content []byte) (float64, map[string]any) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("file", name)
	part.Write(content)
	form.Close()
	return post(t, s, "v2.0/oa/upload/"+path, form.FormDataContentType(), body.String())
}

func TestUploads(t *testing.T) {
	s := zalotest.New(t)
	for name, test := range map[string]struct {
		path, file string
		content    []byte
		want       float64
		field      string
	}{
		"picture":       {"image", "a.png", png, 0, "attachment_id"},
		"paper":         {"file", "a.pdf", []byte("%PDF"), 0, "token"},
		"a sheet":       {"file", "a.xlsx", []byte("PK"), -201, ""},
		"no picture":    {"image", "a.png", []byte("text"), -201, ""},
		"too large":     {"image", "a.png", append(png, make([]byte, 1<<20)...), -210, ""},
		"no name's end": {"image", "a", png, 0, ""},
		"empty":         {"file", "a.pdf", nil, -210, ""},
	} {
		code, data := upload(t, s, test.path, test.file, test.content)
		if code != test.want || test.field != "" && data[test.field] == nil || test.field == "" && len(data) > 0 {
			t.Errorf("%s: %v %v", name, code, data)
		}
	}
	if s.Uploads() != 2 {
		t.Errorf("%d uploads", s.Uploads())
	}
}

// What was uploaded may be shown to many for seven days, as what it was uploaded.
func TestUploadsAreShownAgain(t *testing.T) {
	for name, quiet := range map[string]bool{"with a history": false, "quiet": true} {
		t.Run(name, func(t *testing.T) {
			s := zalotest.New(t)
			s.Quiet = quiet
			_, data := upload(t, s, "file", "a.pdf", []byte("%PDF"))
			token := data["token"]
			_, data = upload(t, s, "image", "a.png", png)
			picture := data["attachment_id"]
			shows := func(want float64, file, image any) {
				t.Helper()
				for user := range 3 {
					id := fmt.Sprint(user)
					s.Known(id, "Lan")
					code1, _ := post(t, s, send, "application/json",
						fmt.Sprintf(`{"recipient":{"user_id":%q},"message":{"attachment":{"type":"file","payload":{"token":%q}}}}`, id,
							file))
					code2, _ := post(t, s, send, "application/json",
						fmt.Sprintf(`{"recipient":{"user_id":%q},"message":{"attachment":{"type":"template",`+
							`"payload":{"template_type":"media","elements":[{"media_type":"image","attachment_id":%q}]}}}}`, id, image))
					if code1 != want || code2 != want {
						t.Errorf("user %s: %v %v, want %v", id, code1, code2, want)
					}
				}
			}
			shows(0, token, picture)
			shows(-201, picture, token)
			s.ExpireUploads()
			shows(-100, token, picture)
			s.ForgetUploads()
			shows(-201, token, picture)
			if s.Uploads() != 2 {
				t.Errorf("%d uploads", s.Uploads())
			}
		})
	}
}
