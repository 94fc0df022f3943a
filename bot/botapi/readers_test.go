package botapi

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Even who holds the secret and sends slowly keeps nobody else out, and of them
// those go first of whose address there are most.
func TestWhoSendsSlowlyKeepsNobodyOut(t *testing.T) {
	taken := 0
	server := httptest.NewServer(Webhook{
		Header: "Secret", Secret: "s", Places: 1, Most: 1 << 10, Patience: time.Second,
		Take: func(context.Context, []byte) error { taken++; return nil },
	}.Handler())
	t.Cleanup(server.Close)
	begin := func(from string) (net.Conn, *bufio.Reader) {
		t.Helper()
		line, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { line.Close() })
		fmt.Fprintf(line, "POST / HTTP/1.1\r\nHost: x\r\nSecret: s\r\nX-Forwarded-For: 6.6.6.6, %s\r\n"+
			"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{", from)
		answers := bufio.NewReader(line)
		if said, err := answers.ReadString('\n'); err != nil || !strings.Contains(said, "100") {
			t.Fatalf("%q, %v", said, err)
		}
		answers.ReadString('\n')
		return line, answers
	}
	status := func(answers *bufio.Reader) int {
		t.Helper()
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode
	}
	quick, quickAnswers := begin("1.1.1.1") // the oldest of all, and alone
	_, cut := begin("2.2.2.2")
	for range mostReaders + 10 {
		begin("2.2.2.2")
	}
	if got := status(cut); got != http.StatusBadRequest {
		t.Errorf("the oldest of many: status %d", got)
	}
	fmt.Fprint(quick, "}")
	if got := status(quickAnswers); got != http.StatusOK || taken != 1 {
		t.Errorf("from another address: status %d, %d taken", got, taken)
	}
}

func TestWhereACallComesFrom(t *testing.T) {
	for _, test := range []struct{ remote, passed, want string }{
		{"8.8.8.8:1", "", "8.8.8.8"},
		{"8.8.8.8:1", "1.1.1.1", "8.8.8.8"}, // not by a proxy of ours
		{"127.0.0.1:1", "", "127.0.0.1"},
		{"127.0.0.1:1", "9.9.9.9, 1.1.1.1", "1.1.1.1"},
		{"10.0.0.2:1", "1.1.1.1", "1.1.1.1"},
		{"[::1]:1", "1.1.1.1,", "::1"},
		{"pipe", "1.1.1.1", "pipe"},
	} {
		r := &http.Request{RemoteAddr: test.remote, Header: http.Header{"X-Forwarded-For": {test.passed}}}
		if got := caller(r); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
}
