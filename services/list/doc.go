// Package list knows the ward's payment lists, and what became of their money.
//
//   - A payment run of month m owes every person the entitlement as it stands
//     now, month by month through the look-back, less what earlier runs
//     settled. Back-dated changes, corrections, policies with retroactive
//     force and failed transfers need no case of their own: they are
//     differences, and a difference for another month is an adjustment.
//   - Views tell an officer where a month's money is and why it is that much.
package list
