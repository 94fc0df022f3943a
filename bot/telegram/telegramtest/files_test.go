package telegramtest_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"canbobot/bot/telegram/telegramtest"
)

// Ids of uploaded files are sent again as the real server has it, also while no
// history is kept.
func TestIdsOfUploadedFiles(t *testing.T) {
	for name, quiet := range map[string]bool{"with a history": false, "quiet": true} {
		t.Run(name, func(t *testing.T) {
			s := telegramtest.New(t)
			s.Quiet = quiet
			s.Known(1, "Hoa")
			lan := s.User(2, "Lan") // has not written yet
			upload := func(chat, field string, content []byte) (photos []string, document string) {
				t.Helper()
				var body bytes.Buffer
				form := multipart.NewWriter(&body)
				form.WriteField("chat_id", chat)
				part, _ := form.CreateFormFile(field, "a")
				part.Write(content)
				form.Close()
				response, err := http.Post(s.URL+"/bot"+s.Token+"/send"+field, form.FormDataContentType(), &body)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				var answer struct{ Result json.RawMessage }
				json.NewDecoder(response.Body).Decode(&answer)
				return ids(answer.Result)
			}
			send := func(chat, field, id, want string) {
				t.Helper()
				_, _, got := call(t, s, "send"+field, map[string]string{"chat_id": chat, field: id})
				if want == "" && got != "" || !strings.Contains(got, want) {
					t.Errorf("%s %q to %s: %q, want %q", field, id, chat, got, want)
				}
			}
			if _, paper := upload("2", "document", []byte("%PDF")); paper != "" || s.Uploads() != 0 {
				t.Errorf("uploaded to who never wrote: %q", paper)
			}
			photos, none := upload("1", "photo", []byte("\x89PNG\r\n\x1a\n"))
			if len(photos) != 2 || photos[0] == photos[1] || none != "" {
				t.Fatalf("sizes %q, document %q", photos, none)
			}
			none1, paper := upload("1", "document", []byte("%PDF"))
			if len(none1) != 0 || paper == "" || s.Uploads() != 2 {
				t.Fatalf("sizes %q, document %q, %d uploads", none1, paper, s.Uploads())
			}
			for _, id := range photos {
				send("1", "photo", id, "")
				send("1", "document", id, "type of file mismatch")
			}
			send("1", "document", paper, "")
			send("1", "photo", paper, "type of file mismatch")
			send("2", "document", paper, "can't initiate")
			send("1", "document", "nothing", "wrong file identifier")
			if lan.Received() != 0 || s.Uploads() != 2 {
				t.Errorf("%d messages, %d uploads", lan.Received(), s.Uploads())
			}
			result, _, _ := call(t, s, "sendPhoto", map[string]string{"chat_id": "1", "photo": photos[0]})
			if again, _ := ids(result); strings.Join(again, " ") != strings.Join(photos, " ") {
				t.Errorf("sent again it is %q", again)
			}
			s.ForgetUploads()
			send("1", "document", paper, "wrong file identifier")
			send("1", "photo", photos[1], "wrong file identifier")
		})
	}
}

// ids reads those of a message's file.
func ids(message json.RawMessage) (photos []string, document string) {
	var sent struct {
		Photo []struct {
			ID string `json:"file_id"`
		}
		Document struct {
			ID string `json:"file_id"`
		}
	}
	json.Unmarshal(message, &sent)
	for _, size := range sent.Photo {
		photos = append(photos, size.ID)
	}
	return photos, sent.Document.ID
}
