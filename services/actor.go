// Package services holds what every capability of the ward shares: who acts,
// how a refusal is told, what time it is.
package services

import (
	"time"
)

// Role is what a person may do. An officer acts for themselves and, as head,
// for their branch; the others are ward users.
type Role string

const (
	Stranger Role = ""        // not linked to anyone
	Officer  Role = "officer" // a person of the roster
	Viewer   Role = "viewer"  // ward user who reads
	Clerk    Role = "clerk"   // prepares and decides changes
	Leader   Role = "leader"  // approves payment runs; decides changes
	Admin    Role = "admin"   // runs the thing: staff, settings
	System   Role = "system"  // the program itself: jobs, commands
)

// Actor is who acts, in which ward, through which account. Every service call
// takes one and checks both role and ward.
type Actor struct {
	Role    Role
	Ward    int64
	Person  int64 // in the roster; 0 for staff who hold no post
	Staff   int64 // 0 for officers
	Account int64 // 0 for commands and jobs
	Channel string

	// Event identifies the inbound event that this call serves (channel and
	// event id). A write carries it as its idempotency key; empty for jobs.
	Event string
}

// IsStaff reports whether the actor is a ward user who may read the ward's data.
func (a Actor) IsStaff() bool {
	switch a.Role {
	case Viewer, Clerk, Leader, Admin:
		return true
	}
	return false
}

// MayDecide reports whether the actor's role decides change requests and cases.
func (a Actor) MayDecide() bool { return a.Role == Clerk || a.Role == Leader }

// Need refuses with denied unless the actor has one of the roles and belongs to
// a ward. System passes everywhere.
func (a Actor) Need(roles ...Role) error {
	if a.Role == System {
		return nil
	}
	for _, role := range roles {
		if a.Role == role && a.Ward != 0 {
			return nil
		}
	}
	return Denied("role")
}

// In refuses with not_found when a row of the given ward is not the actor's to
// see, so that an answer never tells whether a foreign row exists. System
// without a ward sees every ward.
func (a Actor) In(ward int64) error {
	if (a.Role == System && a.Ward == 0) || (ward != 0 && a.Ward == ward) {
		return nil
	}
	return NotFound("row")
}

// SystemActor acts for the program itself within one ward.
func SystemActor(ward int64) Actor { return Actor{Role: System, Ward: ward} }

// Clock tells the time; tests freeze it.
type Clock func() time.Time

// UTC is the moment as the database stores it: microseconds, which both
// databases keep, in UTC.
func (c Clock) UTC() time.Time { return c().UTC().Truncate(time.Microsecond) }

// Zone is the wall clock of people. Viet Nam has one zone and no summer time,
// so the offset is exact and needs no zone database on the machine.
var Zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)

// Local is the moment on people's wall clocks.
func (c Clock) Local() time.Time { return c().In(Zone) }
