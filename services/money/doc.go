// Package money knows what the ward's policies owe.
//
// Calculus is a pure function: posts, policies and a month in, components in
// whole đồng out. It reads no clock and no database. Around it, the Service keeps
// the policies, reads people's posts for it and tells what a change would do.
package money
