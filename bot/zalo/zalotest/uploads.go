package zalotest

import (
	"bytes"
	"fmt"
	"mime"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const uploadFor = 7 * 24 * time.Hour

// upload is a file that waits to be sent.
type upload struct {
	name    string
	content []byte
	at      time.Time
	field   string // what its id is called: attachment_id or token
}

func (s *Server) upload(path string, r *http.Request, body []byte) (any, *refusal) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return nil, refuse(-201, "want multipart")
	}
	part, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).NextPart()
	if err != nil || part.FormName() != "file" {
		return nil, refuse(-201, "file is invalid")
	}
	var content bytes.Buffer
	if _, err := content.ReadFrom(part); err != nil {
		return nil, refuse(-201, "file is invalid")
	}
	extension := strings.ToLower(filepath.Ext(part.FileName()))
	if extension == "" {
		return map[string]any{}, nil // "Success", and nothing in it
	}
	kinds, limit, field := []string{".jpg", ".jpeg", ".png"}, 1<<20, "attachment_id"
	switch {
	case strings.HasSuffix(path, "/file"):
		kinds, limit, field = []string{".pdf", ".doc", ".docx", ".csv"}, 5<<20, "token"
	case strings.HasSuffix(path, "/gif"):
		kinds, limit = []string{".gif"}, 5<<20
	}
	kind := http.DetectContentType(content.Bytes())
	if !slices.Contains(kinds, extension) || field == "attachment_id" && !strings.HasPrefix(kind, "image/") {
		return nil, refuse(-201, "file type is invalid")
	}
	if content.Len() > limit || content.Len() == 0 {
		return nil, refuse(-210, "file exceeds its limit")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.number++
	id := fmt.Sprintf("upload-%d", s.number)
	file := upload{name: part.FileName(), content: content.Bytes(), at: s.Clock(), field: field}
	if s.Quiet {
		file.content = nil
	}
	s.uploads[id] = file
	s.uploaded.Add(1)
	return map[string]any{field: id}, nil
}

// ExpireUploads lets all that was uploaded grow too old to be sent; ForgetUploads
// makes its ids such as Zalo never gave.
func (s *Server) ExpireUploads() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, file := range s.uploads {
		file.at = file.at.Add(-2 * uploadFor)
		s.uploads[id] = file
	}
}

func (s *Server) ForgetUploads() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.uploads)
}
