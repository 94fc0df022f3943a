package channels_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"canbobot/services/channels"
)

// story is two replicas over one chain, of which any may die at any moment.
type story struct {
	*world
	rt       *rapid.T
	p        *platform
	channel  string
	dirs     []string
	replicas []*channels.Tokens
}

var endings = []string{"answers", "dies before asking", "dies before keeping", "dies before the database",
	"database away for a moment", "unheard", "unheard but rotated", "empty", "away"}

func (s *story) start(i int) { s.replicas[i] = s.replica(s.p, s.channel, s.dirs[i]) }

// speak uses the token as a channel does: refused, it is renewed once.
func (s *story) speak(i int) (token string, err error) {
	tokens := s.replicas[i]
	if token, err = tokens.Access(s.ctx); err == nil && !s.p.takes(token) {
		token, err = tokens.Renew(s.ctx, token)
	}
	return token, err
}

// step has a replica speak while the next asking ends as it may.
func (s *story) step() {
	i := rapid.IntRange(0, len(s.replicas)-1).Draw(s.rt, "replica")
	ends := rapid.SampledFrom(endings).Draw(s.rt, "ends")
	if rapid.Bool().Draw(s.rt, "refused") {
		s.p.refuse()
	}
	s.pass(rapid.SampledFrom([]time.Duration{0, time.Second, 6 * time.Second, 31 * time.Second, 46 * time.Second,
		21 * time.Hour, 26 * time.Hour}).Draw(s.rt, "later"))
	if row := s.token(s.channel); row.LeasedBy != "" && !row.LeasedUntil.Before(s.now()) {
		s.pass(46 * time.Second) // else it would wait for that long
	}
	asked, _ := s.p.counts()
	tried, done := s.log.expect(notYet), make(chan error, 1)
	s.p.does(map[string]ending{
		"dies before asking": diesBeforeAsking, "dies before keeping": diesBeforeKeeping,
		"dies before the database": s.databaseGoesAway, "database away for a moment": s.databaseGoesAway,
		"unheard": unheard, "unheard but rotated": unheardAfterRotating,
		"empty": func(func() (channels.Pair, error)) (channels.Pair, error) { return channels.Pair{}, nil },
		"away": func(func() (channels.Pair, error)) (channels.Pair, error) {
			return channels.Pair{}, errors.New("connection refused")
		},
	}[ends])
	before := s.p.pair()
	go func() { _, err := s.speak(i); done <- err }()
	var err error
	select {
	case err = <-done:
	case <-tried:
		if ends == "dies before the database" {
			kill(s.replicas[i])
			err = <-done
			s.exec(tableBack)
		} else {
			s.exec(tableBack)
			if err = <-done; err != nil {
				s.rt.Fatalf("the database came back in time: %v", err)
			}
		}
	}
	s.p.does(nil)
	now, _ := s.p.counts()
	switch {
	case now > asked && ends[:4] == "dies":
		kill(s.replicas[i])
		s.start(i)
	case err != nil && !errors.Is(err, channels.ErrLost) && !errors.Is(err, channels.ErrLater) &&
		before.Refresh == s.p.pair().Refresh:
		s.rt.Fatalf("%s: %v", ends, err)
	}
	s.holds(ends)
}

// holds: the stored pair is what the platform takes, or somebody can tell that
// it is not: it is lost, a renewal is not over, or a file has the newer one.
func (s *story) holds(after string) {
	row := s.token(s.channel)
	stored, taken := s.refresh(s.channel), s.p.pair().Refresh
	left, err := filepath.Glob(filepath.Join(s.dirs[0], "..", "*", s.channel+"-pair"))
	if err != nil {
		s.rt.Fatal(err)
	}
	switch {
	case stored != taken && row.LostAt == nil && row.LeasedBy == "" && len(left) == 0:
		s.rt.Fatalf("after %q: %s is stored, the platform takes %s, and nobody can tell", after, stored, taken)
	case stored == taken && row.LostAt != nil:
		s.rt.Fatalf("after %q: called lost while the platform takes it", after)
	}
	if open := s.count("channel_troubles", "channel = ? AND code = 'token' AND ended_at IS NULL",
		s.channel); (open == 1) != (row.LostAt != nil) {
		s.rt.Fatalf("after %q: %d troubles, lost at %v", after, open, row.LostAt)
	}
}

// settle starts everything again and lets time pass: in the end the channel
// speaks, or it is lost, and then no file had it.
func (s *story) settle() {
	for i := range s.replicas {
		kill(s.replicas[i])
	}
	for range 2 { // one finds it lost before the other has looked into its folder
		s.pass(46 * time.Second)
		for i := range s.replicas {
			s.start(i)
			token, err := s.speak(i)
			row := s.token(s.channel)
			if (err != nil || !s.p.takes(token)) && (row.LostAt == nil || !errors.Is(err, channels.ErrLost)) {
				s.rt.Fatalf("replica %d in the end: %q, %v", i, token, err)
			}
		}
	}
	left, _ := filepath.Glob(filepath.Join(s.dirs[0], "..", "*", s.channel+"-pair*"))
	if len(left) > 0 {
		s.rt.Fatalf("files left: %v", left)
	}
	s.holds("all")
}

func TestTheStoredPairIsNeverSilentlyOld(t *testing.T) {
	w, stories, steps := newWorld(t), 0, 0
	lost, spoke := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		stories++
		s := &story{world: w, rt: rt, p: newPlatform(), channel: fmt.Sprintf("zalo%d", stories),
			replicas: make([]*channels.Tokens, 2)}
		base := t.TempDir()
		for i := range s.replicas {
			s.dirs = append(s.dirs, filepath.Join(base, fmt.Sprint(i)))
			s.start(i)
		}
		defer func() {
			for _, tokens := range s.replicas {
				kill(tokens)
			}
		}()
		if err := s.replicas[0].Seed(s.ctx, s.p.pair()); err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			steps++
			s.step()
			if s.token(s.channel).LostAt != nil && rapid.Bool().Draw(rt, "consent") {
				if err := s.replicas[0].Restore(s.ctx, s.p.consent()); err != nil {
					rt.Fatal(err)
				}
				s.holds("consent")
			}
		}
		s.settle()
		if s.token(s.channel).LostAt != nil {
			lost++
		} else {
			spoke++
		}
	})
	if lost == 0 || spoke == 0 {
		t.Errorf("%d stories of %d steps: %d lost, %d spoke; it tells one side only", stories, steps, lost, spoke)
	}
	t.Logf("%d stories of %d steps: %d lost, %d spoke", stories, steps, lost, spoke)
}
