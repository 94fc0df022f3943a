package inbox

import (
	"slices"
	"time"
)

// enqueue adds an event behind those of the same person. An event of nobody has
// a line of its own.
func (s *spool) enqueue(e *event) {
	s.events++
	key := lineOf(e)
	if known := s.lines[key]; known != nil {
		known.events = append(known.events, e)
		return
	}
	added := &line{events: []*event{e}}
	s.lines[key] = added
	s.ready = append(s.ready, added)
}

func lineOf(e *event) string {
	if e.who == "" {
		return "event:" + e.id
	}
	return e.who
}

func (s *spool) waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.events
}

// holds reports whether something of the person waits.
func (s *spool) holds(person string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return person != "" && s.lines[hash(person)] != nil
}

// next takes out an event, which ends in done or back; nil when none may go.
// Until then the person's next one stays.
func (s *spool) next(now time.Time) *event {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paused = slices.DeleteFunc(s.paused, func(l *line) bool {
		if now.Before(l.until) {
			return false
		}
		s.ready = append(s.ready, l)
		return true
	})
	if len(s.ready) == 0 {
		return nil
	}
	first := s.ready[0]
	s.ready = s.ready[1:]
	return first.events[0]
}

// done marks an event in the file; an emptied file is cut off. A mark that is
// not written costs another handling after a restart.
func (s *spool) done(e *event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := lineOf(e)
	own := s.lines[key]
	own.events = own.events[1:]
	if len(own.events) == 0 {
		delete(s.lines, key)
	} else {
		s.ready = append(s.ready, own)
	}
	s.events--
	s.dead += e.span.size
	if s.file == nil {
		return errClosed
	}
	if s.events == 0 && !s.spoilt && s.file.Truncate(0) == nil {
		s.size, s.dead = 0, 0
		return nil
	}
	_, err := s.file.WriteAt([]byte{doneMark}, e.span.at)
	return err
}

// back puts an event in its place again, for until.
func (s *spool) back(e *event, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.lines[lineOf(e)]
	if until.IsZero() {
		s.ready = append(s.ready, own)
		return
	}
	own.until = until
	s.paused = append(s.paused, own)
}

// resumes is when the first paused event may go; zero when none is.
func (s *spool) resumes() (at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.paused {
		if at.IsZero() || l.until.Before(at) {
			at = l.until
		}
	}
	return at
}
