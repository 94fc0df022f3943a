package telegramtest

import (
	"fmt"
	"net/http"
	"strings"
)

// mostPhoto and mostFile are the real server's limits on uploads, in bytes.
const (
	mostPhoto = 10 << 20
	mostFile  = 50 << 20
)

func (s *Server) sendFile(field string) method {
	return func(_ *http.Request, params map[string]string, uploads map[string]upload) (any, error) {
		message, m, err := draw(params, "caption", "caption_entities")
		if err != nil {
			return nil, err
		}
		if units(message.Text) > 1024 {
			return nil, bad("message caption is too long")
		}
		file, uploaded := uploads[field]
		switch {
		case !uploaded && params[field] == "":
			return nil, bad("there is no " + field + " in the request")
		case !uploaded:
			known, err := s.known(params[field], field)
			if err != nil {
				return nil, err
			}
			file, message.fileID = known, params[field]
		case len(file.content) == 0:
			return nil, bad("file must be non-empty")
		case field == "photo" && len(file.content) > mostPhoto, len(file.content) > mostFile:
			return nil, &refusal{code: 413, description: "Request Entity Too Large"}
		case field == "photo" && !strings.HasPrefix(http.DetectContentType(file.content), "image/"):
			return nil, bad("IMAGE_PROCESS_FAILED")
		}
		message.FileName, message.Content, message.Photo = file.name, file.content, field == "photo"
		return s.accept(params, message, m)
	}
}

func (s *Server) getFile(_ *http.Request, params map[string]string, _ map[string]upload) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := params["file_id"]
	content, ok := s.files[id]
	switch {
	case !ok:
		return nil, bad("wrong file_id or the file is temporarily unavailable")
	case len(content) > 20<<20:
		return nil, bad("file is too big")
	}
	return map[string]any{"file_id": id, "file_unique_id": "u", "file_size": len(content), "file_path": "files/" + id}, nil
}

// kept is a file that the bot has uploaded, and may send again by its ids.
type kept struct {
	upload
	field string // photo or document: the one cannot be sent as the other
}

// small ends the id of a photo's small size; sent by it, a photo comes in all
// its sizes.
const small = "-small"

// shelve gives an uploaded file its id. Quiet, its content is not kept.
func (s *Server) shelve(message *Message) {
	s.uploads.Add(1)
	message.fileID = fmt.Sprintf("sent-%d", message.ID)
	file := kept{upload{name: message.FileName, content: message.Content}, "document"}
	if s.Quiet {
		file.content = nil
	}
	s.kept[message.fileID], s.files[message.fileID] = file, file.content
	if message.Photo {
		file.field = "photo"
		s.kept[message.fileID], s.kept[message.fileID+small] = file, file
	}
}

// known finds a file by the id of a message's, or by that of what a user sent.
func (s *Server) known(id, field string) (upload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	file, ours := s.kept[id]
	content, known := s.files[id]
	switch {
	case ours && file.field != field:
		return upload{}, bad("type of file mismatch")
	case ours:
		return file.upload, nil
	case known:
		return upload{id, content}, nil
	}
	return upload{}, bad("wrong file identifier/HTTP URL specified")
}

// ForgetUploads makes the ids of all files that the bot has uploaded worthless.
func (s *Server) ForgetUploads() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.kept {
		delete(s.files, id)
	}
	clear(s.kept)
}

// Uploads counts the files that were uploaded and accepted; sent again by its id
// a file counts no more.
func (s *Server) Uploads() int64 { return s.uploads.Load() }

// renderFile shows a message's file as the real server does: a photo in sizes,
// the largest last.
func renderFile(rendered map[string]any, message *Message) {
	id := strings.TrimSuffix(message.fileID, small)
	switch {
	case message.FileName == "":
	case message.Photo:
		rendered["photo"] = []any{
			map[string]any{"file_id": id + small, "file_unique_id": "s", "width": 90, "height": 67, "file_size": 1_200},
			map[string]any{"file_id": id, "file_unique_id": "u", "width": 1280, "height": 960,
				"file_size": len(message.Content)},
		}
	default:
		rendered["document"] = map[string]any{"file_id": id, "file_unique_id": "u", "file_name": message.FileName}
	}
}
