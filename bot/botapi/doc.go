// Package botapi is what channels over a platform's HTTP share: a client that
// tells nobody the token, answers and webhooks that are bounded, a handler whose
// panic takes down one event only, and texts as people wrote and may read them.
//
// What a platform means by its codes, and how its updates are asked for, is its
// channel's own.
package botapi
