package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/paper"
	"canbobot/services/signed/signedtest"
)

// signing is a list that was sent to the bank, and a ward's token.
type signing struct {
	*desk
	stage stage
	run   models.PaymentRun
	words paper.Words
	out   []byte
	token *signedtest.Token
}

func openSigning(t *testing.T) *signing {
	t.Helper()
	s := &signing{desk: openDesk(t)}
	s.house.page.Files = t.TempDir()
	s.stage, s.words = s.house.webStage(t), s.desk.words
	if err := s.store.Where("state = ?", models.RunExported).Take(&s.run).Error; err != nil {
		t.Fatal(err)
	}
	drawn, err := s.house.ward.Signed.Offer(context.Background(), s.actor("can-bo-1"), s.run.ID, s.words)
	if err != nil {
		t.Fatal(err)
	}
	s.out, s.token = drawn.Content, aToken(t, "UBND phường Bắc Hồng Lĩnh")
	return s
}

// aToken is good in the plays' year and in ours: who signs reads the clock of the
// machine.
func aToken(t *testing.T, holder string) *signedtest.Token {
	return signedtest.New(t, holder, morning.AddDate(-1, 0, 0), 20*365*24*time.Hour)
}

// sends has a user send a file, and returns what they are shown.
func (s *signing) sent(user string, content []byte) string {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.house.page.Files, "da ky.pdf"), content, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return s.does(user, '?', "document da ky.pdf")
}

func (s *signing) does(user string, what rune, text string) string {
	s.t.Helper()
	s.stage.act(s.t, user, what, text)
	s.stage.settle(s.t)
	var all strings.Builder
	for _, message := range s.stage.shown(s.t, user) {
		all.WriteString(message.Reply.Title + "\n" + message.Reply.Text + "\n")
	}
	return all.String()
}

func (s *signing) wants(said, want string) {
	s.t.Helper()
	if !strings.Contains(said, want) {
		s.t.Errorf("it says %q, and not %q", said, want)
	}
}

// A list goes out, comes back signed, and is kept once a leader has said that the
// token is the ward's; what is not just that is refused with what to do.
func TestASignedListIsTakenBack(t *testing.T) {
	s := openSigning(t)
	whole := s.token.Sign(t, s.out)
	s.wants(s.sent("can-bo-1", s.out), "chưa có chữ ký số")
	s.wants(s.sent("can-bo-1", whole), "phường chưa ghi đây là chữ ký số của phường")
	s.wants(s.does("can-bo-1", '*', "Gửi lãnh đạo duyệt"), "Chờ một lãnh đạo khác duyệt")
	if kept, err := s.house.ward.Signed.Of(context.Background(), s.actor("can-bo-1"), s.run.ID); err != nil ||
		kept.Signatures != 0 {
		t.Fatalf("%+v is taken in, %v", kept, err)
	}
	s.stage.shown(t, "lanh-dao")
	s.wants(s.does("lanh-dao", '*', "Duyệt chữ ký số"), "mã xác thực")
	s.wants(s.does("lanh-dao", '>', s.house.secret(t, "totp", "lanh-dao")), "Đây là chữ ký số của phường")
	s.stage.shown(t, "can-bo-1")

	changed := bytes.Clone(whole)
	changed[len(s.out)/2] ^= 1
	s.wants(s.sent("can-bo-1", changed), "không còn đúng như bản đã tải")
	s.wants(s.sent("can-bo-1", append(bytes.Clone(whole), '\n')), "bị sửa sau khi ký")
	s.wants(s.sent("can-bo-1", aToken(t, "Ai đó").Sign(t, s.out)), "Chữ ký số: Ai đó")
	old := signedtest.New(t, "Hết hạn", morning.AddDate(-2, 0, 0), 24*time.Hour)
	s.wants(s.sent("can-bo-1", old.Sign(t, s.out)), "Chữ ký số trong tệp không đúng")
	for range 2 {
		s.wants(s.sent("can-bo-1", whole), "Đã nhận danh sách tháng 3/2026 có chữ ký số")
	}
	s.wants(s.sent("can-bo-1", s.token.Sign(t, s.out)), "đã có bản ký số khác")
	s.wants(s.sent("can-bo-1", s.token.Sign(t, whole)), "Đã nhận danh sách")
	if said := s.sent("truong-phu-nu", whole); strings.Contains(said, "Đã nhận danh sách") {
		t.Errorf("an officer's file is taken: %q", said)
	}

	file, err := s.house.ward.Signed.File(context.Background(), s.actor("lanh-dao"), s.run.ID)
	if err != nil || !bytes.HasPrefix(file, whole) {
		t.Errorf("%d bytes are kept, %v", len(file), err)
	}
	if err := s.store.Model(&models.PaymentRun{}).Where("id = ?", s.run.ID).
		Update("content_hash", bytes.Repeat([]byte{7}, 32)).Error; err != nil {
		t.Fatal(err)
	}
	if _, err := s.house.ward.Signed.Receive(context.Background(), s.actor("can-bo-1"), whole); services.CodeOf(err) !=
		"signed_old" {
		t.Errorf("a list that is another since: %v", err)
	}
}

// A token that is lost counts no longer, and nobody vouches for it alone.
func TestACertificateTakesTwo(t *testing.T) {
	s := openSigning(t)
	whole, ctx := s.token.Sign(t, s.out), context.Background()
	got, err := s.house.ward.Signed.Receive(ctx, s.actor("lanh-dao"), whole)
	if err != nil || got.Unknown == 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	certificates := s.house.ward.Signed.Certificates
	card, err := certificates.Propose(ctx, s.actor("lanh-dao"), got.Unknown)
	if code := services.CodeOf(err); code != "certificate_no_leader" {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := certificates.Approve(ctx, s.actor("lanh-dao"), card.ID, card.Version); services.KindOf(err) !=
			services.KindDenied {
			t.Errorf("who proposed it signs it: %v", err)
		}
	}
	if _, err := certificates.Propose(ctx, s.actor("truong-phu-nu"), got.Unknown); services.CodeOf(err) != "role" {
		t.Errorf("an officer: %v", err)
	}
	if err := s.store.Model(&models.WardCertificate{}).Where("id = ?", got.Unknown).
		Update("state", models.CertificateAgreed).Error; err != nil {
		t.Fatal(err)
	}
	if card, err = certificates.Show(ctx, s.actor("can-bo-1"), got.Unknown); err != nil {
		t.Fatal(err)
	}
	if card, err = certificates.End(ctx, s.actor("can-bo-1"), card.ID, card.Version); err != nil ||
		card.State != models.CertificateEnded {
		t.Errorf("%+v, %v", card, err)
	}
	if got, err := s.house.ward.Signed.Receive(ctx, s.actor("can-bo-1"), whole); err != nil || got.Unknown == 0 {
		t.Errorf("a token that is lost signs: %+v, %v", got, err)
	}
}
