package sample

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"time"

	"canbobot/models"
	"canbobot/services"
	"canbobot/services/identity"
	"canbobot/services/vault"

	"gorm.io/gorm"
)

// staffMember is a ward user of the sample.
type staffMember struct {
	ward, externalID, name string
	role                   services.Role
	called                 string // what they are, as data for whoever picks
}

var staffMembers = []staffMember{
	{"bac-hong-linh", "can-bo-1", "Phan Thị Thu Hà", services.Clerk, "Cán bộ phường"},
	{"bac-hong-linh", "can-bo-2", "Lê Quốc Anh", services.Clerk, "Cán bộ phường"},
	{"bac-hong-linh", "lanh-dao", "Trần Đình Khánh", services.Leader, "Lãnh đạo phường"},
	{"bac-hong-linh", "nguoi-xem", "Võ Thị Nga", services.Viewer, "Người xem"},
	{"bac-hong-linh", "quan-tri", "Đinh Công Minh", services.Admin, "Quản trị"},
	{"nam-hong-linh", "can-bo-nam", "Nguyễn Thị Hồng", services.Clerk, "Cán bộ phường"},
	{"nam-hong-linh", "can-bo-nam-2", "Bùi Văn Sơn", services.Clerk, "Cán bộ phường"},
	{"nam-hong-linh", "lanh-dao-nam", "Hồ Sỹ Long", services.Leader, "Lãnh đạo phường"},
	{"nam-hong-linh", "nguoi-xem-nam", "Cao Thị Mai", services.Viewer, "Người xem"},
	{"nam-hong-linh", "quan-tri-nam", "Thái Hữu Lâm", services.Admin, "Quản trị"},
}

// loadCast makes the ward users, and links on the try-it page whoever can be
// played there.
func (l *loader) loadCast(ctx context.Context) error {
	for _, code := range []string{"bac-hong-linh", "nam-hong-linh"} {
		if err := l.castOfficers(ctx, code); err != nil {
			return err
		}
	}
	for _, member := range staffMembers {
		if err := l.addStaff(ctx, member); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) addStaff(ctx context.Context, member staffMember) error {
	ward := l.wards[member.ward]
	// Chance, not the seed: whoever reads this file must not be able to approve
	// payments of a database that somebody goes on to use.
	secret := make([]byte, 20)
	rand.Read(secret)
	encoded := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
	staff := models.Staff{WardID: ward.ID, Name: member.name, Role: string(member.role), Active: true, CreatedAt: l.now}
	err := l.ward.Store.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		ids, err := l.ward.Store.Reserve(tx, "staff", 1)
		if err != nil {
			return err
		}
		staff.ID = ids[0]
		if staff.TOTP, err = l.ward.Vault.Seal(vault.In(models.StaffTOTP, ward.ID, staff.ID), encoded); err != nil {
			return err
		}
		return tx.Create(&staff).Error
	})
	if err != nil {
		return err
	}
	if err := l.link(ctx, ward.ID, member.externalID, nil, &staff.ID); err != nil {
		return err
	}
	l.nextCast = append(l.nextCast, Character{
		ExternalID: member.externalID, Name: member.name, Role: member.called + ", " + ward.Name,
		Group: "staff", Ward: ward.ID, Staff: staff.ID, TOTPSecret: encoded,
	})
	return nil
}

// castOfficers picks officers whose situation is worth trying: a head with a
// deputy, that deputy, a head whose transfer fails, a youth branch's head, and
// one who is yet to link.
func (l *loader) castOfficers(ctx context.Context, code string) error {
	ward := l.wards[code]
	if code == "nam-hong-linh" {
		head := l.find(ward, "women", models.Head, 2)
		return l.cast(ctx, "truong-nam", head)
	}
	head := l.find(ward, "women", models.Head, 4)
	deputy, ok := l.inBranch(head.branch, models.Deputy)
	if !ok {
		return errors.New("the women's branch of the cast has no deputy")
	}
	for _, one := range []struct {
		externalID string
		post       post
	}{
		{"truong-phu-nu", head},
		{"pho-phu-nu", deputy},
		{"truong-nong-dan", l.find(ward, "farmers", models.Head, 1)},
		{"bi-thu-doan", l.find(ward, "youth", models.Head, 3)},
	} {
		if err := l.cast(ctx, one.externalID, one.post); err != nil {
			return err
		}
	}
	l.stranger(unlinked, l.find(ward, "veterans", models.Head, 2))
	return nil
}

// unlinked is the member of the cast whom the ward has not linked.
const unlinked = "chua-lien-ket"

// find picks the n-th running post of a role whose branch has head and deputy,
// held by somebody with a phone and an account of their own.
func (l *loader) find(ward *models.Ward, code string, role models.TermRole, n int) post {
	for _, post := range l.posts {
		if post.ward != ward || post.code != code || post.term.Role != role || !post.term.To.IsZero() ||
			post.person.Phone == "" || post.person.PhoneShared || post.person.BankTail == "" {
			continue
		}
		deputy, ok := l.inBranch(post.branch, models.Deputy)
		if !ok || deputy.person.Phone == "" || deputy.person.PhoneShared || deputy.person.BankTail == "" {
			continue
		}
		if n--; n == 0 {
			return post
		}
	}
	panic("the sample is too small for its cast")
}

func (l *loader) inBranch(branch *models.Branch, role models.TermRole) (post, bool) {
	for _, post := range l.posts {
		if post.branch == branch && post.term.Role == role && post.term.To.IsZero() {
			return post, true
		}
	}
	return post{}, false
}

func (l *loader) cast(ctx context.Context, externalID string, post post) error {
	if err := l.link(ctx, post.ward.ID, externalID, &post.person.ID, nil); err != nil {
		return err
	}
	l.stranger(externalID, post)
	return nil
}

// stranger takes somebody into the cast without an account.
func (l *loader) stranger(externalID string, post post) {
	l.nextCast = append(l.nextCast, Character{
		ExternalID: externalID, Name: post.person.Name, Role: post.term.Title + ", " + post.branch.Name + ", " +
			post.ward.Name,
		Group: "officer", Ward: post.ward.ID, Person: post.person.ID, Phone: post.person.Phone,
	})
}

// link gives somebody an account on the try-it page, with their consent.
func (l *loader) link(ctx context.Context, ward int64, externalID string, person, staff *int64) error {
	at := l.now.Add(-120 * 24 * time.Hour)
	account := models.Account{
		WardID: ward, Channel: "web", ExternalID: externalID, ChatID: externalID, PersonID: person, StaffID: staff,
		LinkedAt: at, LastSeenAt: l.now, CreatedAt: at,
	}
	agreed := identity.ConsentVersion(services.Actor{Staff: services.ID(staff)})
	db := l.ward.Store.WithContext(ctx)
	if err := db.Create(&account).Error; err != nil {
		return err
	}
	return db.Create(&models.Consent{
		WardID: ward, PersonID: person, StaffID: staff, AccountID: account.ID,
		Version: agreed, Channel: "web", EventID: "sample", GivenAt: at,
	}).Error
}
