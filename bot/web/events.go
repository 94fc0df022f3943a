package web

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stream is a page that listens to chats.
type stream struct {
	chats []string
	wake  chan struct{} // holds one: something changed since the last look
}

// frame is one thing to tell a page.
type frame struct {
	seq  uint64
	kind string // "message" or "typing"
	data any
}

type messageFrame struct {
	Chat    string  `json:"chat"`
	Message message `json:"message"`
}

type typingFrame struct {
	Chat   string `json:"chat"`
	Millis int64  `json:"ms"` // how long the sign may stay; 0 takes it away
}

// helloFrame opens a stream. Reset says that what the page shows may be out of
// date: everything comes again, and what does not come is gone.
type helloFrame struct {
	Token string `json:"token"`
	Reset bool   `json:"reset"`
}

// patience is the longest that an event may take before the page stops showing
// the typing sign; the dispatcher gives up earlier.
const patience = 30 * time.Second

// since lists what changed in chats after a number, in the order of change,
// each thing once and as it is at present.
func (c *Channel) since(chats []string, after uint64) []frame {
	c.mu.Lock()
	defer c.mu.Unlock()
	var frames []frame
	for _, id := range chats {
		room := c.chats[id]
		if room == nil {
			continue
		}
		for _, m := range room.messages {
			if m.seq > after {
				frames = append(frames, frame{m.seq, "message", messageFrame{id, *m}})
			}
		}
		if room.typingSeq > after {
			left := max(0, room.typing.Sub(c.config.Clock()))
			if room.underway > 0 {
				left = patience
			}
			frames = append(frames, frame{room.typingSeq, "typing", typingFrame{id, left.Milliseconds()}})
		}
	}
	slices.SortFunc(frames, func(a, b frame) int { return cmp.Compare(a.seq, b.seq) })
	return frames
}

// listen opens a stream, unless there are too many. The returned func ends it.
func (c *Channel) listen(chats []string) (*stream, func(), error) {
	s := &stream{chats: chats, wake: make(chan struct{}, 1)}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.streams) >= maxStreams {
		return nil, nil, errors.New("too many pages are open")
	}
	c.streams[s] = struct{}{}
	return s, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.streams, s)
	}, nil
}

// resume reads the position that a page reached: a number of this process.
func (c *Channel) resume(lastEventID string) (after uint64, known bool) {
	epoch, number, _ := strings.Cut(lastEventID, "-")
	after, err := strconv.ParseUint(number, 10, 64)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || epoch != c.epoch || after > c.count {
		return 0, false
	}
	return after, true
}

// writeTime bounds one write to a page, so that a page that stopped reading is
// let go.
const writeTime = 10 * time.Second

// events streams what happens in one or two chats, "hello" first and "ready"
// once the page is up to date.
func (s *site) events(w http.ResponseWriter, r *http.Request) {
	chats := slices.Compact(slices.Sorted(slices.Values(r.URL.Query()["chat"])))
	if len(chats) == 0 || len(chats) > 2 {
		refuse(w, http.StatusBadRequest, "bad")
		return
	}
	for _, id := range chats {
		if !s.known(w, r, id) {
			return
		}
	}
	listening, end, err := s.channel.listen(chats)
	if err != nil {
		w.Header().Set("Retry-After", "10")
		refuse(w, http.StatusServiceUnavailable, "busy")
		return
	}
	defer end()

	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	control := http.NewResponseController(w)
	flush := func(out *bytes.Buffer) bool {
		_ = control.SetWriteDeadline(time.Now().Add(writeTime)) // not every ResponseWriter has deadlines
		_, err := out.WriteTo(w)
		return err == nil && control.Flush() == nil
	}
	after, known := s.channel.resume(r.Header.Get("Last-Event-ID"))
	var out bytes.Buffer
	out.WriteString("retry: 1000\n\n")
	writeFrame(&out, "hello", helloFrame{Token: s.channel.token, Reset: !known})
	beat := time.NewTicker(s.channel.config.Heartbeat)
	defer beat.Stop()
	for first := true; ; first = false {
		for _, f := range s.channel.since(chats, after) {
			after = f.seq
			fmt.Fprintf(&out, "id: %s-%d\n", s.channel.epoch, after)
			writeFrame(&out, f.kind, f.data)
		}
		if first {
			writeFrame(&out, "ready", struct{}{})
		}
		if !flush(&out) {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-s.channel.closed:
			return
		case <-listening.wake:
		case <-beat.C:
			out.WriteString(": beat\n\n")
		}
	}
}

func writeFrame(out *bytes.Buffer, kind string, data any) {
	raw, _ := json.Marshal(data) // our own types always marshal
	fmt.Fprintf(out, "event: %s\ndata: %s\n\n", kind, raw)
}
