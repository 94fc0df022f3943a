// Package allowance knows what the ward's policies owe, and what became of it.
//
// Three floors, each resting on the one before:
//
//   - Calculus is a pure function: posts, policies and a month in, components
//     in whole đồng out. It reads no clock and no database.
//   - A payment run of month m owes every person the entitlement as it stands
//     now, month by month through the look-back, less what earlier runs
//     settled. Back-dated changes, corrections, policies with retroactive
//     force and failed transfers need no case of their own: they are
//     differences, and a difference for another month is an adjustment.
//   - Views tell an officer where a month's money is and why it is that much.
package allowance
